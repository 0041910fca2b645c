"""Ten common jobs with dedupe: `benchmarks/ten_jobs.py` counts the lines of each function."""

# What it cannot do, and why.
NOT_POSSIBLE: dict[str, str] = {}


def near_duplicates(texts):
    import dedupe

    return dedupe.find_duplicates(texts).data


def clean_frame(frame):
    import dedupe

    return dedupe.find_duplicates(frame).data


def files():
    import dedupe

    options = dedupe.CleanOptions(remove=["duplicates"])
    dedupe.clean_files("corpus", "cleaned", "audit.jsonl", options=options)


def why_removed(texts):
    import dedupe

    pairs = dedupe.find_duplicates(texts).pairs
    return [(texts[pair.b], texts[pair.a], pair.similarity) for pair in pairs]


def undo(cleaned):
    import dedupe

    return dedupe.restore(cleaned)


def against(train, test):
    import dedupe

    return dedupe.find_duplicates(train, against=test).data


def paragraphs(texts):
    import dedupe

    return dedupe.clean(texts, remove=["paragraphs"]).data


def boilerplate(texts):
    import dedupe

    return dedupe.clean(texts, remove=["boilerplate"]).data


def increment(batch):
    import dedupe

    with dedupe.Index.open("seen.index", unit="document") as index:
        kept = index.add(batch.keys(), batch.values()).kept
    return [batch[unit.id] for unit in kept]


def within_memory():
    import dedupe

    options = dedupe.CleanOptions(remove=["duplicates"])
    dedupe.clean_files("corpus", "limited", "limited.jsonl", options=options, max_memory="1GB")
