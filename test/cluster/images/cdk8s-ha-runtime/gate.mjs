/** This side of the shared folder: makes the FIFOs, writes the deadline, rings for the gate, hears what it says. */
import { spawnSync } from 'node:child_process';
import { constants, existsSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { uptime } from './uptime.mjs';

/** Five ticks of the gate. */
const HEARTBEAT_LIMIT = 100;

export class Gate {
  /** `waiting`, `running`, `stopped` or `exited`; empty before the gate said anything. */
  state = '';

  #id = '';
  #heard = 0;

  /** @param onLine called with each word that changes the state */
  constructor(folder, onLine) {
    this.folder = folder;
    for (const name of ['start', 'status']) {
      const fifo = `${folder}/${name}`;
      if (!existsSync(fifo)) spawnSync('mkfifo', ['-m', '666', fifo], { stdio: 'inherit' });
    }
    this.start = openSync(`${folder}/start`, constants.O_RDWR);
    const status = openSync(`${folder}/status`, constants.O_RDWR | constants.O_NONBLOCK);
    createInterface({ input: new Socket({ fd: status }) }).on('line', (line) => this.#hear(line, onLine));
    this.ring();
  }

  /** The gate that was heard last may run its application until then, in centiseconds of uptime. */
  allow(until, term) {
    if (this.#id === '') return;
    writeFileSync(`${this.folder}/deadline.new`, `${Math.floor(until)} ${term} ${this.#id}\n`);
    renameSync(`${this.folder}/deadline.new`, `${this.folder}/deadline`);
  }

  /** A gate that waits looks at the deadline, and says so if it allowed nothing. */
  ring() {
    writeSync(this.start, 'bell\n');
  }

  get isRunning() {
    return this.state === 'running' && uptime() - this.#heard < HEARTBEAT_LIMIT;
  }

  #hear(line, onLine) {
    const [word, id] = line.split(' ');
    const before = this.state;
    this.state = word;
    this.#id = id;
    this.#heard = uptime();
    if (word !== before) console.log(`gate: ${line}`);
    if (word !== before || word === 'waiting') onLine(word);
  }
}
