"""Ten common jobs with datatrove: `benchmarks/ten_jobs.py` counts the lines of each function."""

# What it cannot do, and why.
NOT_POSSIBLE = {
    "within_memory": "reads documents as a stream, but has no limit: pairs are in memory",
}


def near_duplicates(texts):
    from datatrove.data import Document
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline import dedup

    docs = [Document(text, str(n)) for n, text in enumerate(texts)]
    dedup.MinhashDedupSignature("signatures").run(docs)
    buckets = dedup.MinhashDedupBuckets("signatures", "buckets")
    LocalPipelineExecutor([buckets], tasks=14).run()
    dedup.MinhashDedupCluster("buckets", "remove").run()
    return [one.text for one in dedup.MinhashDedupFilter("remove").run(docs)]


def clean_frame(frame):
    import pandas as pd
    from datatrove.data import Document
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline import dedup

    rows = frame.to_dict("records")
    docs = [Document(row["text"], str(n), metadata=row) for n, row in enumerate(rows)]
    dedup.MinhashDedupSignature("signatures").run(docs)
    buckets = dedup.MinhashDedupBuckets("signatures", "buckets")
    LocalPipelineExecutor([buckets], tasks=14).run()
    dedup.MinhashDedupCluster("buckets", "remove").run()
    kept = dedup.MinhashDedupFilter("remove").run(docs)
    return pd.DataFrame(one.metadata for one in kept)


def files():
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline import dedup
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    reader = JsonlReader("corpus")
    LocalPipelineExecutor([reader, dedup.MinhashDedupSignature("signatures")]).run()
    buckets = dedup.MinhashDedupBuckets("signatures", "buckets")
    LocalPipelineExecutor([buckets], tasks=14).run()
    dedup.MinhashDedupCluster("buckets", "remove").run()
    kept = dedup.MinhashDedupFilter("remove")
    LocalPipelineExecutor([reader, kept, JsonlWriter("cleaned")]).run()


def why_removed(texts):
    from datatrove.data import Document
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline import dedup
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    docs = [Document(text, str(n)) for n, text in enumerate(texts)]
    dedup.MinhashDedupSignature("signatures").run(docs)
    buckets = dedup.MinhashDedupBuckets("signatures", "buckets")
    LocalPipelineExecutor([buckets], tasks=14).run()
    dedup.MinhashDedupCluster("buckets", "remove", save_cluster_id=True).run()
    writer = JsonlWriter("removed")
    keep = dedup.MinhashDedupFilter("remove", writer, load_cluster_ids=True)
    kept = {one.metadata["minhash_cluster_id"]: one.text for one in keep.run(docs)}
    removed = JsonlReader("removed").run()
    return [(one.text, kept[one.metadata["minhash_cluster_id"]]) for one in removed]


def undo():
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    kept, removed = JsonlReader("cleaned"), JsonlReader("removed")
    LocalPipelineExecutor([kept, removed, JsonlWriter("original")]).run()


def against(train, test):
    from datatrove.data import Document
    from datatrove.pipeline.decont import NGramsDecontFilter, NGramsDecontIndexer

    tests = [Document(one, str(n), metadata={"query": ""}) for n, one in enumerate(test)]
    NGramsDecontIndexer("index").run(tests)
    docs = [Document(text, str(n)) for n, text in enumerate(train)]
    return [one.text for one in NGramsDecontFilter("index").run(docs)]


def paragraphs(texts):
    from datatrove.data import Document
    from datatrove.pipeline import dedup

    docs = [Document(text, str(n)) for n, text in enumerate(texts)]
    config = dedup.SentDedupConfig(1, False, min_doc_words=0, min_num_sentences=0)
    dedup.SentenceDedupSignature("signatures", config=config).run(docs)
    dedup.SentenceFindDedups("signatures", "found", config=config).run()
    kept = dedup.SentenceDedupFilter("found", config=config).run(docs)
    return [one.text for one in kept]


def boilerplate(texts):
    from datatrove.data import Document
    from datatrove.pipeline.filters import C4QualityFilter

    docs = [Document(text, str(n)) for n, text in enumerate(texts)]
    kept = C4QualityFilter(min_num_sentences=-1).run(docs)
    return [one.text for one in kept]


def increment(batch, name):
    from datatrove.data import Document
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline import dedup

    docs = [Document(text, id) for id, text in batch.items()]
    signatures, found, remove = f"{name}/signatures", f"{name}/buckets", f"{name}/remove"
    dedup.MinhashDedupSignature(signatures).run(docs)
    buckets = dedup.MinhashDedupBuckets(
        signatures, found, "index", only_dedup_in_index=False, create_index_name=name
    )
    LocalPipelineExecutor([buckets], tasks=14).run()
    dedup.MinhashDedupCluster(found, remove).run()
    return [one.text for one in dedup.MinhashDedupFilter(remove).run(docs)]
