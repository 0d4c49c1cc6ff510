"""Whether the process that holds a lease still lives."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from hoatoc.process import is_dead, this_process

_NAME = "from hoatoc.process import this_process; print(this_process(), flush=True); import sys; sys.stdin.read()"


def other() -> tuple["subprocess.Popen[str]", str]:
    process = subprocess.Popen([sys.executable, "-c", _NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_this_process_lives_under_one_name() -> None:
    assert this_process() == this_process()
    assert not is_dead(this_process())
    assert not is_dead(f"{this_process()}#a1b2c3d4")


def test_another_process_lives_until_it_is_killed_and_is_dead_even_as_a_zombie() -> None:
    process, name = other()
    with process:
        assert name != this_process()
        assert not is_dead(name)
        process.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and nobody has taken note yet
        assert is_dead(name)
    assert is_dead(name)


def test_a_process_of_another_host_is_never_known_to_be_dead() -> None:
    _, boot, pid, started = this_process().split("/")
    assert not is_dead(f"elsewhere/{boot}/{pid}/{started}")


def test_a_process_of_another_container_of_the_same_name_is_never_known_to_be_dead() -> None:
    space = str(Path("/proc/self/ns/pid").readlink())
    assert not is_dead(this_process().replace(space, "pid:[1]").replace(f"/{os.getpid()}/", "/1/"))


def test_a_process_of_an_earlier_boot_is_dead() -> None:
    host, _, pid, started = this_process().split("/")
    assert is_dead(f"{host}/an-earlier-boot/{pid}/{started}")


def test_a_process_that_took_over_a_pid_is_not_the_one_that_had_it() -> None:
    host, boot, pid, started = this_process().split("/")
    assert is_dead(f"{host}/{boot}/{pid}/{int(started) - 1}")


def test_a_forked_child_has_a_name_of_its_own() -> None:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, this_process().encode())
        os._exit(0)
    os.close(write)
    name = os.read(read, 1000).decode()
    os.close(read)
    os.waitpid(child, 0)
    assert name
    assert name != this_process()
