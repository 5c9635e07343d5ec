# SPDX-License-Identifier: MIT
#
# screen.py COMMAND...: `reclaimdep top` on a terminal of 20 lines of 90 columns. Keys, a change of the window, and each
# way to end and to stop; prints "ok - ..." and "not ok - ...".

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

LINES, COLUMNS = 20, 90
ENTER, LEAVE = b'\033[?1049h', b'\033[?1049l'
SHOW, HIDE = b'\033[?25h', b'\033[?25l'


def children(pid):
    with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as file:
        return [int(word) for word in file.read().split()]


def start_job(command):
    """In the foreground, as a shell does it: only then can it be stopped. Ends as it does."""
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execvp(command[0], command)
    status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status):
        signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


class Terminal:
    def __init__(self, command):
        self.seen = b''
        self.shell, self.fd = pty.fork()
        if self.shell == 0:
            os.environ['TERM'] = 'xterm'
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', LINES, COLUMNS, 0, 0))
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            start_job(command)
        while not children(self.shell):
            time.sleep(0.01)
        self.job = children(self.shell)[0]
        # Open here as well, to look at its modes when nobody has it any more.
        self.slave = os.open(os.path.realpath(f'/proc/{self.shell}/fd/0'), os.O_RDWR | os.O_NOCTTY)

    def read(self, seconds):
        if select.select([self.fd], [], [], seconds)[0]:
            self.seen += os.read(self.fd, 65536)

    def shows(self, wanted, seconds=30):
        """Reads until a whole frame, after what was read before, is as wanted."""
        end, at = time.monotonic() + seconds, len(self.seen)
        while time.monotonic() < end:
            for frame in re.findall(rb'\033\[H((?:(?!\033\[H).)*?)\033\[J', self.seen[at:], re.S):
                plain = re.sub(rb'\033\[[0-9;?]*[A-Za-z]', b'', frame)
                if wanted(plain.decode().split('\r\n')):
                    return True
            self.read(0.1)
        return False

    def writes(self, what, seconds=30):
        end, at = time.monotonic() + seconds, len(self.seen)
        while time.monotonic() < end and what not in self.seen[at:]:
            self.read(0.1)
        return what in self.seen[at:]

    def status(self):
        pid = 0
        while not pid:
            self.read(0.1)
            pid, status = os.waitpid(self.shell, os.WNOHANG)
        self.read(0.1)
        return status

    def stops(self):
        for _ in range(300):
            with open(f'/proc/{self.job}/stat', encoding='ascii') as file:
                if file.read().split(')')[-1].split()[0] == 'T':
                    return True
            time.sleep(0.1)
        return False

    def is_cooked(self):
        flags = termios.tcgetattr(self.slave)[3]
        return bool(flags & termios.ICANON and flags & termios.ECHO)

    def is_as_before(self):
        return (self.seen.count(ENTER) == self.seen.count(LEAVE) and self.seen.rfind(LEAVE) > self.seen.rfind(ENTER) and
                self.seen.rfind(SHOW) > self.seen.rfind(HIDE) and self.is_cooked())


def result(ok, name):
    print(('ok' if ok else 'not ok') + ' - ' + name, flush=True)


def fits(lines, columns):
    return lambda shown: len(shown) <= lines and all(len(line) <= columns for line in shown)


def test_keys(command):
    t = Terminal(command)
    result(t.shows(lambda lines: 'reclaimdep top: process' in lines[0] and 'q quit' in lines[1]), 'it shows')
    result(not t.is_cooked(), 'and takes keys')
    result(t.shows(fits(LINES, COLUMNS)), 'within the window')
    result(t.shows(lambda lines: any('for contested, called from want' in line for line in lines)), 'who waits')
    result(t.shows(lambda lines: lines[3].endswith('contested (mutex)')), 'what waits comes first')
    os.write(t.fd, b'n')
    result(t.shows(lambda lines: lines[3].endswith('alone (mutex)')), 'a key sorts')
    os.write(t.fd, b'w')
    result(t.shows(lambda lines: lines[3].endswith('contested (mutex)')), 'another one otherwise')
    os.write(t.fd, b'q')
    result(t.status() == 0, 'q ends it')
    result(t.is_as_before(), 'q: the terminal is as it was')


def test_window(command):
    """Long before the next look."""
    t = Terminal(command + ['--interval=600'])
    t.shows(lambda lines: True)
    fcntl.ioctl(t.fd, termios.TIOCSWINSZ, struct.pack('HHHH', 6, 40, 0, 0))
    result(t.shows(fits(6, 40)), 'a smaller window')
    os.write(t.fd, b'q')
    t.status()


def test_signal(command, name, number):
    t = Terminal(command)
    t.shows(lambda lines: True)
    os.kill(t.job, number)
    status = t.status()
    result(os.WIFSIGNALED(status) and os.WTERMSIG(status) == number, f'{name} ends it')
    result(t.is_as_before(), f'{name}: the terminal is as it was')


def test_stop(command):
    t = Terminal(command)
    t.shows(lambda lines: True)
    os.kill(t.job, signal.SIGTSTP)
    result(t.stops(), 'it can be stopped')
    t.read(0.1)
    result(t.is_as_before(), 'stopped: the terminal is as it was')
    os.kill(t.job, signal.SIGCONT)
    result(t.writes(ENTER) and t.shows(lambda lines: True) and not t.is_cooked(), 'continued: it shows again')
    os.write(t.fd, b'q')
    result(t.status() == 0 and t.is_as_before(), 'and ends')


def main():
    command = sys.argv[1:]
    test_keys(command)
    test_window(command)
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGSEGV:
        test_signal(command, number.name, number)
    test_stop(command)


main()
