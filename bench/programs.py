# SPDX-License-Identifier: MIT
"""Whole programs under load: what each needs, and how long its work takes."""

import os
import random
import signal
import socket
import subprocess
import time

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
QUIET = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}


class Program:
    """A command that does its work and ends."""

    def __init__(self, name, title, package, command, needs=None, make_input=None):
        self.name = name
        self.title = title
        self.package = package
        self.needs = needs or command[0]
        self.command = command
        self.make_input = make_input

    def prepare(self, work):
        """Makes what the runs read, once."""
        if self.make_input:
            self.make_input(os.path.join(work, self.name))

    def words(self, work):
        return [word.replace('{input}', os.path.join(work, self.name)).replace('{source}', SOURCE) for word in self.command]

    def run(self, env, work):
        """Seconds, or None when it failed."""
        begin = time.perf_counter()
        try:
            result = subprocess.run(self.words(work), env=env, cwd=work, timeout=300, check=False, **QUIET)
        except subprocess.TimeoutExpired:
            return None
        return time.perf_counter() - begin if result.returncode == 0 else None


class Server(Program):
    """A server that is started under the tool, and a load on it, which alone is timed and runs bare."""

    def __init__(self, name, title, package, command, load):
        super().__init__(name, title, package, command)
        self.load = load

    def run(self, env, work):
        with socket.socket() as probe:
            probe.bind(('127.0.0.1', 0))
            port = probe.getsockname()[1]
        words = [word.replace('PORT', str(port)) for word in self.words(work)]
        server = subprocess.Popen(words, env=env, cwd=work, **QUIET)
        try:
            if not await_port(port):
                return None
            begin = time.perf_counter()
            done = self.load(port)
            return time.perf_counter() - begin if done else None
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def await_port(port):
    for _ in range(200):
        try:
            with socket.create_connection(('127.0.0.1', port), timeout=1):
                return True
        except OSError:
            time.sleep(0.05)
    return False


# ---- loads and inputs ----

def load_redis(port):
    command = ['redis-benchmark', '-p', str(port), '-q', '-n', '60000', '-P', '4', '-t', 'set,get,lpush,incr']
    return subprocess.run(command, check=False, **QUIET).returncode == 0


def load_memcached(port):
    with socket.create_connection(('127.0.0.1', port), timeout=30) as connection, connection.makefile('rb') as answers:
        for start in range(0, 60000, 500):
            connection.sendall(b''.join(b'set k%d 0 0 8\r\nabcdefgh\r\nget k%d\r\n' % (i, i // 2)
                                        for i in range(start, start + 500)))
            left = 500
            while left:
                line = answers.readline()
                if not line:
                    return False
                left -= line.startswith(b'END')
    return True


def make_text(path):
    """Text that packs about as well as prose."""
    choice = random.Random(1)
    words = [''.join(choice.choices('etaoinshrdlucmf', k=choice.randint(2, 9))) for _ in range(4000)]
    with open(path, 'w') as file:
        for _ in range(120000):
            file.write(' '.join(choice.choices(words, k=12)) + '\n')


def make_queries(path):
    choice = random.Random(1)
    with open(path, 'w') as file:
        file.write('create table t(a integer primary key, b integer, c text); create index i on t(b); begin;\n')
        for i in range(60000):
            file.write(f"insert into t values({i}, {choice.randint(0, 100000)}, 'number {i}');\n")
        file.write('commit;\n')
        for _ in range(3000):
            low = choice.randint(0, 99000)
            file.write(f'select count(*), sum(a) from t where b between {low} and {low + 500};\n')


PYTHON = '''
import queue, threading
q, done = queue.Queue(100), []
def work():
    while (n := q.get()) is not None:
        done.append(sum(i * i for i in range(n)))
threads = [threading.Thread(target=work) for _ in range(4)]
for t in threads: t.start()
for i in range(20000): q.put(i % 100)
for t in threads: q.put(None)
for t in threads: t.join()
'''

PROGRAMS = [
    Program('xz', 'xz -T2', 'xz-utils', ['xz', '-T2', '-2', '-k', '-c', '{input}'], make_input=make_text),
    Program('pigz', 'pigz', 'pigz', ['pigz', '-p2', '-k', '-c', '{input}'], make_input=make_text),
    Server('redis', 'redis-server, redis-benchmark', 'redis-server redis-tools',
           ['redis-server', '--port', 'PORT', '--save', '', '--io-threads', '2'], load_redis),
    Server('memcached', 'memcached, sets and gets', 'memcached', ['memcached', '-u', 'nobody', '-l', '127.0.0.1', '-p', 'PORT', '-t', '2'],
           load_memcached),
    Program('sysbench-threads', 'sysbench threads', 'sysbench',
            ['sysbench', 'threads', '--threads=4', '--events=4000', '--time=0', 'run']),
    Program('sysbench-mutex', 'sysbench mutex', 'sysbench',
            ['sysbench', 'mutex', '--threads=2', '--mutex-num=64', '--mutex-locks=100000', '--time=0', 'run']),
    Program('sqlite3', 'sqlite3, inserts and selects', 'sqlite3', ['sqlite3', ':memory:', '.read {input}'], make_input=make_queries),
    Program('python3', 'python3, a queue and 4 threads', 'python3', ['python3', '-c', PYTHON]),
    Program('gcc', 'gcc -O2, one file', 'gcc', ['gcc', '-std=gnu11', '-D_GNU_SOURCE', '-O2', '-I{source}', '-c', '-o', '/dev/null',
                                               '{source}/reports/names.c']),
]
