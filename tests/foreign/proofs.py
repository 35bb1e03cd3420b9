"""Holds our tree heads and proofs against PyPI pymerkle and cryptography: proofs.py CASES.

CASES has one JSON object a line: what it is, the verifier key, and whether it holds; and either the headers of all
events (base64) with a tree head, or a proof, with the earlier head where it is one of growth. Notes and proofs are
taken apart here as the C2SP specifications say (signed-note, tlog-checkpoint, tlog-proof, tlog-witness). Roots and
proofs of inclusion are judged by pymerkle, signatures by cryptography, growth by the algorithm of RFC 9162, 2.1.4.2.
Exits with 1 when one of them is seen otherwise.
"""

import base64
import hashlib
import importlib.metadata
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pymerkle import InmemoryTree, InvalidProof, verify_inclusion
from pymerkle.core import _inclusion_path_layout
from pymerkle.proof import InclusionProof


class Wrong(Exception):
    pass


def unbase64(text):
    return base64.b64decode(text, validate=True)


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def checkpoint(note, key):
    """The number of leaves and the root of a note that this key signed."""
    name, key_id, material = key.split("+", 2)
    material = unbase64(material)
    if material[0] != 1 or hashlib.sha256(name.encode() + b"\n" + material).digest()[:4].hex() != key_id:
        raise Wrong("not a key")
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    origin, leaves, root = text.split("\n")[:3]
    for line in signatures.splitlines():
        dash, by, signature = line.split(" ")
        signature = unbase64(signature)
        if (dash, by, signature[:4].hex(), origin) == ("\u2014", name, key_id, name):
            Ed25519PublicKey.from_public_bytes(material[1:]).verify(signature[4:], text.encode())
            return int(leaves), unbase64(root)
    raise Wrong("not signed by this key")


def grew(first, second, first_root, second_root, path):
    """RFC 9162, 2.1.4.2."""
    if first & (first - 1) == 0:
        path = [first_root, *path]
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    if not path:
        return False
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


def judge(case):
    """Raises where the case does not hold."""
    if "headers" in case:
        leaves, root = checkpoint(case["head"], case["key"])
        tree = InmemoryTree(algorithm="sha256")
        for header in case["headers"][:leaves]:
            tree.append_entry(unbase64(header))
        if tree.get_size() != leaves or tree.get_root() != root:
            raise Wrong("another root")
        return
    before, head = case["proof"].split("\n\n", 1)
    leaves, root = checkpoint(head, case["key"])
    first, *lines = before.split("\n")
    if first == "c2sp.org/tlog-proof@v1":
        extra, index, *path = lines
        header, _, body = unbase64(extra.removeprefix("extra ")).partition(b"\n")
        said = json.loads(header)["body_hash"]
        salt = bytes.fromhex(json.loads(body)["salt"]) if body else b""
        if body and hashlib.sha256(salt + body).hexdigest() != said:
            raise Wrong("another body")
        place = int(index.removeprefix("index ")) + 1
        base = hashlib.sha256(b"\x00" + header).digest()
        rule, _ = _inclusion_path_layout(place, leaves)
        proof = InclusionProof("sha256", True, leaves, place, rule, [base, *map(unbase64, path)])
        verify_inclusion(base, root, proof, index=place, size=leaves)
    else:
        known, known_root = checkpoint(case["earlier"], case["key"])
        if known != int(first.removeprefix("old ")):
            raise Wrong("another beginning")
        path = [unbase64(line) for line in lines]
        if not (grew(known, leaves, known_root, root, path) if known < leaves else known_root == root and not path):
            raise Wrong("it did not grow from there")


def main(cases):
    counts, wrong = {True: 0, False: 0}, []
    with open(cases, encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            try:
                judge(case)
                holds, why = True, "it holds"
            except (Wrong, InvalidProof, InvalidSignature, ValueError, KeyError, IndexError) as error:
                holds, why = False, repr(error)
            if holds == case["holds"]:
                counts[holds] += 1
            else:
                wrong.append(f"{case['what']}: {why}")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("pymerkle", "cryptography")]
    print(f"{', '.join(versions)}: {counts[True]} proofs and heads hold, {counts[False]} spoiled ones do not")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main(sys.argv[1])
