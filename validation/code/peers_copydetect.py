"""copydetect 0.5.0 on the pairs that peers.ts wrote, k = 25, window 1: the larger of the two shares.

    pip install copydetect==0.5.0 && python validation/code/peers_copydetect.py PEERS
"""
import os
import sys

from copydetect import CodeFingerprint, compare_files

peers = sys.argv[1]
out = open(os.path.join(peers, "copydetect.tsv"), "w")
for language in sorted(os.listdir(peers)):
    if not os.path.isdir(os.path.join(peers, language)):
        continue

    def prints(kind):
        folder = os.path.join(peers, language, kind)
        made = {}
        for number in os.listdir(folder):
            name = os.listdir(os.path.join(folder, number))[0]
            try:
                made[int(number)] = CodeFingerprint(os.path.join(folder, number, name), 25, 1)
            except Exception as error:
                print(language, kind, number, error, file=sys.stderr)
        return made

    def alike(one, other):
        return 0.0 if one is None or other is None else max(compare_files(one, other)[1])

    originals = prints("original")
    for i in sorted(originals):
        for j in sorted(originals):
            if i < j:
                print("copydetect", language, "null", i, j, alike(originals[i], originals[j]), sep="\t", file=out)
    for kind in ("quarter", "six-tenths"):
        copies = prints(kind)
        for i in sorted(originals):
            print("copydetect", language, kind, i, i, alike(originals[i], copies.get(i)), sep="\t", file=out)
    print(language, len(originals), "files", file=sys.stderr)
