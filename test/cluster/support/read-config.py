"""Runs MemCache's programs with one configuration file after another, each until it has read its own or refuses it.

Standard input: a JSON list of {"reader": "meta" or "local", "text": the file}. Standard output: a JSON list with, for each, ""
once the program has gone on to its work, or what it said last. Files that the text names for TLS are made, since the program
looks whether they are there before it reads on. The programs run in forks, which need not load the libraries again; these
look once, when they are loaded, where the files will be.
"""
import json
import os
import pathlib
import re
import signal
import sys
import tempfile

FOLDER = pathlib.Path(tempfile.mkdtemp())
FILES = {'meta': FOLDER / 'mmc-meta.conf', 'local': FOLDER / 'mmc-local.conf'}
os.environ['MMC_META_CONFIG_PATH'] = str(FILES['meta'])
os.environ['MMC_LOCAL_CONFIG_PATH'] = str(FILES['local'])

from memcache_hybrid import DistributedObjectStore, MetaService  # noqa: E402

PROGRAMS = {'meta': MetaService.main, 'local': lambda: DistributedObjectStore().init(0)}

# What each says, whatever its log level, right after its configuration.
READ = {'meta': 'Meta service log level', 'local': 'Starting meta service local_service'}

SAID_LAST = 4
PATIENCE_SECONDS = 10


def make_tls_files(text):
    for path in re.findall(r'tls\.\S+\.path = (/.+)', text):
        file = pathlib.Path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def start(program):
    """The process, and the end of the pipe that it writes to."""
    output, its_output = os.pipe()
    process = os.fork()
    if process == 0:
        signal.alarm(PATIENCE_SECONDS)
        os.dup2(its_output, 1)
        os.dup2(its_output, 2)
        program()
        os._exit(0)
    os.close(its_output)
    return process, open(output, errors='replace')


def answer(reader, text):
    make_tls_files(text)
    FILES[reader].write_text(text)
    said = []
    process, output = start(PROGRAMS[reader])
    with output:
        for line in output:
            if READ[reader] in line:
                said = ['']
                break
            said.append(line.strip())
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return '\n'.join(said[-SAID_LAST:]) if said else 'nothing, and ended'


json.dump([answer(**file) for file in json.load(sys.stdin)], sys.stdout)
