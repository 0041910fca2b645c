"""Ten common jobs with SemHash: `benchmarks/ten_jobs.py` counts the lines of each function."""

# What it cannot do, and why.
NOT_POSSIBLE = {
    "boilerplate": "finds a share of outliers, whatever they say",
    "within_memory": "texts and vectors are in memory",
}


def near_duplicates(texts):
    from semhash import SemHash

    return SemHash.from_records(texts).self_deduplicate().selected


def clean_frame(frame):
    import pandas as pd
    from semhash import SemHash

    semhash = SemHash.from_records(frame.to_dict("records"), columns=["text"])
    return pd.DataFrame(semhash.self_deduplicate().selected)


def files():
    from datasets import Dataset, load_dataset
    from semhash import SemHash

    records = list(load_dataset("json", data_files="corpus/*.jsonl", split="train"))
    kept = SemHash.from_records(records, columns=["text"]).self_deduplicate().selected
    Dataset.from_list(kept).to_json("cleaned/kept.jsonl")


def why_removed(texts):
    from semhash import SemHash

    removed = SemHash.from_records(texts).self_deduplicate().filtered
    return [(one.record, one.duplicate_of, one.score) for one in removed]


def undo(result):
    return result.selected + [one.record for one in result.filtered]


def against(train, test):
    from semhash import SemHash

    return SemHash.from_records(test).deduplicate(train).selected


def paragraphs(texts):
    import pandas as pd
    from semhash import SemHash

    rows = [{"n": n, "text": p} for n, text in enumerate(texts) for p in text.split("\n")]
    kept = SemHash.from_records(rows, columns=["text"]).self_deduplicate().selected
    return list(pd.DataFrame(kept).groupby("n")["text"].agg("\n".join))


def increment(batch):
    import json
    from pathlib import Path

    from semhash import SemHash

    state = Path("kept.json")
    old = json.loads(state.read_text()) if state.exists() else []
    kept = SemHash.from_records(old + list(batch.values())).self_deduplicate().selected
    state.write_text(json.dumps(kept))
    return [text for text in kept if text not in old]
