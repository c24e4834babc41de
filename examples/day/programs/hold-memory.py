"""Holds memory until told to go on: a stand-in for a long batch job that really uses what it asked for."""
import pathlib
import time

block = bytearray(32 * 1024 * 1024)
for page in range(0, len(block), 4096):
    block[page] = 1
print("holding", flush=True)
while not pathlib.Path("signals/go").exists():
    time.sleep(0.05)
print("done")
