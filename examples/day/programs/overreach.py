"""Tries what its declaration does not name, and says how each try ended."""
import os
import socket
import sys


def attempt(name, action):
    try:
        print(f"{name}: GOT {action()}")
    except Exception as error:  # every kind of failure is the expected answer here
        print(f"{name}: could not ({type(error).__name__})")


def private_file():
    with open("vault/payroll.csv", encoding="utf-8") as payroll:
        return payroll.read()


def connection():
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 2) as wire:
        wire.sendall(b"taken\n")
        return "a connection"


def local_socket():
    return socket.socket(socket.AF_UNIX).fileno()


def other_process():
    os.kill(int(sys.argv[2]), 0)
    return "a signal through"


attempt("private file", private_file)
attempt("network", connection)
attempt("unix socket", local_socket)
attempt("other process", other_process)
