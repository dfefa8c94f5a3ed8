"""Ports for servers whose port must be known before they start."""

import random
import socket
import subprocess
import time

import pytest

# Below the ports that systems hand out by themselves (Linux: from 32768, macOS: from 49152): no other
# process is given one between the moment it is found and the moment its server listens.
FIRST, LAST = 20_000, 32_000


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    while True:
        port = random.randint(FIRST, LAST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def wait_until_listening(port: int, server: "subprocess.Popen[bytes]") -> None:
    """Return when somebody listens; fail when the server has ended instead."""
    while server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"the server ended with {server.returncode}")
