"""Sums the day's orders by customer and writes them as JSON."""
import collections
import csv
import json

totals = collections.Counter()
with open("orders.csv", newline="", encoding="utf-8") as orders:
    for row in csv.DictReader(orders):
        totals[row["customer"]] += int(row["cents"])
with open("out/totals.json", "w", encoding="utf-8") as out:
    json.dump(dict(sorted(totals.items())), out)
print(f"{len(totals)} customers, {sum(totals.values()) / 100:.2f} in all")
