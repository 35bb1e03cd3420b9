"""Holds values against the committed schemas with PyPI jsonschema: validate.py SCHEMAS CASES.

SCHEMAS is the folder of the schemas; each of them has to be a schema of draft 2020-12. CASES has one JSON object a
line: what it is, the schema's file, where in it the schema stands (a JSON pointer), the value, and whether it fits.
Exits with 1 when this validator sees one of them otherwise.
"""

import importlib.metadata
import json
import pathlib
import sys

from jsonschema import Draft202012Validator


def inside(schema, pointer):
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        schema = schema[int(step)] if isinstance(schema, list) else schema[step]
    return schema


def main(folder, cases):
    schemas = {}
    for path in sorted(pathlib.Path(folder).rglob("*.json")):
        if path.name == "openapi.json":
            continue
        schema = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        schemas[path.relative_to(folder).as_posix()] = schema
    checker = Draft202012Validator.FORMAT_CHECKER
    missing = {"date", "date-time"} - set(checker.checkers)
    if missing:
        sys.exit(f"no check of the formats {sorted(missing)}: install rfc3339-validator, see tests/foreign.txt")
    made, wrong, fits, spoiled = {}, [], 0, 0
    with open(cases, encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            key = (case["schema"], case["pointer"])
            if key not in made:
                schema = inside(schemas[case["schema"]], case["pointer"])
                made[key] = Draft202012Validator(schema, format_checker=checker)
            error = next(made[key].iter_errors(case["value"]), None)
            if (error is None) != case["fits"]:
                wrong.append(f"{case['what']} ({case['schema']}): {error.message if error else 'it fits'}")
            elif case["fits"]:
                fits += 1
            else:
                spoiled += 1
    version = importlib.metadata.version("jsonschema")
    print(f"jsonschema {version}: {len(schemas)} schemas, {fits} values fit, {spoiled} spoiled values do not")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main(*sys.argv[1:])
