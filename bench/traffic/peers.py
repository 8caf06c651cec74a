"""Peers of bench/traffic/peers.ts, one thread for MinHash, two for DuckDB; prints one JSON object a line.

peers.py minhash PROMPTS.jsonl      signatures and bands as datatrove makes them (5-grams, 14 buckets of 8), grouped by bucket
peers.py duckdb  ROWS.parquet       uses of templates of two accounts or more; then the scan of one group
"""
import json
import sys
import time


def minhash(path):
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature

    prompts = [json.loads(line) for line in open(path, encoding="utf8")]
    step = MinhashDedupSignature(output_folder="/tmp/assay-peers-unused", config=MinhashConfig())
    step.get_signature(step.get_shingles("one two three four five six seven"))  # what loads once
    began = time.process_time()
    parent = list(range(len(prompts)))

    def find(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first = [{} for _ in range(14)]
    for i, prompt in enumerate(prompts):
        shingles = step.get_shingles(prompt)
        if len(shingles) == 0:
            continue
        for seen, bucket in zip(first, step.get_signature(shingles)):
            other = seen.setdefault(tuple(bucket), i)
            a, b = find(other), find(i)
            parent[max(a, b)] = min(a, b)
    seconds = time.process_time() - began
    groups = len({find(i) for i in range(len(prompts))})
    print(json.dumps({"work": "templates", "who": "datatrove", "rows": len(prompts), "cpuSeconds": seconds, "answer": groups}))


def duckdb_(path):
    import duckdb

    db = duckdb.connect()
    db.execute("SET threads = 2")
    db.execute(f"CREATE TABLE r AS SELECT * FROM read_parquet('{path}')")
    rows = db.execute("SELECT count(*) FROM r").fetchone()[0]

    def timed(work, sql, answer):
        began, wall = time.process_time(), time.perf_counter()
        db.execute(sql)
        seconds = time.process_time() - began
        print(json.dumps({"work": work, "who": "DuckDB", "rows": rows, "cpuSeconds": seconds,
                          "seconds": time.perf_counter() - wall, "answer": db.execute(answer).fetchone()[0]}))

    timed("bare scan", "CREATE TABLE s AS SELECT sum(hash(account, ts, template, prompt) % 1000) AS h FROM r",
          "SELECT 0")
    timed("counting", """CREATE TABLE uses AS SELECT account, template, count(*) FILTER (half = 0) AS f, count(*) FILTER (half = 1) AS j
        FROM r WHERE template IN (SELECT template FROM r GROUP BY template HAVING min(account) != max(account)) GROUP BY account, template""",
          "SELECT count(*) FROM uses")
    timed("group scan", """CREATE TABLE g AS SELECT account, count(*) AS n, count(DISTINCT prompt) AS prompts, count(DISTINCT day) AS days FROM r
        WHERE half = 1 AND template IN (SELECT template FROM uses GROUP BY template ORDER BY sum(f) DESC, template LIMIT 40) GROUP BY account""",
          "SELECT sum(n) FROM g")


{"minhash": minhash, "duckdb": duckdb_}[sys.argv[1]](sys.argv[2])
