"""Reads Prometheus text from a file with prometheus_client's parser and prints it as JSON lines, one a sample:
[family, type, help, sample, {label: value}, number as Python's repr]."""
import json
import sys

from prometheus_client.parser import text_string_to_metric_families

with open(sys.argv[1], encoding="utf-8", newline="\n") as exposition:
    for family in text_string_to_metric_families(exposition.read()):
        for sample in family.samples:
            row = [family.name, family.type, family.documentation, sample.name, sample.labels, repr(sample.value)]
            print(json.dumps(row, ensure_ascii=False))
