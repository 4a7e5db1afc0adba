/** The election loop of one pod, and what the kubelet is told about it. */
import { get } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { Gate } from './gate.mjs';
import { Candidate } from './lease.mjs';
import { routeHere } from './route.mjs';
import { uptime } from './uptime.mjs';

const POLL_MS = 500;

const { POD_NAME: pod, POD_UID: uid } = process.env;

export class Elector {
  /** The term while this pod leads, else 0. */
  term = 0;

  #answered = false;
  #failed = false;
  #startedAt = 0;
  #until = 0;

  constructor(flags) {
    this.flags = flags;
    this.candidate = new Candidate({
      name: flags.one('lease-name'),
      durationMs: flags.milliseconds('lease-duration'),
      identity: `${pod}_${uid}`,
      first: flags.one('peers').startsWith(`${pod},`),
    });
    this.gate = new Gate(flags.one('dir'), (word) => this.#onGate(word));
  }

  async run() {
    for (;;) {
      await this.#campaign();
      await this.#check();
      await setTimeout(POLL_MS);
    }
  }

  async release() {
    this.term = 0;
    await this.candidate.release();
  }

  /** What each path of the HTTP interface says is well. */
  get health() {
    const idle = this.term === 0 || !this.gate.isRunning;
    const starting =
      !this.#answered && uptime() - this.#startedAt < this.flags.milliseconds('app-start-timeout') / 10;
    const alive = idle || starting || this.#answered;
    return {
      '/healthz': true,
      '/readyz': true,
      '/leader': true,
      '/metrics': true,
      '/app/startup': idle || this.#answered,
      '/app/liveness': alive,
      '/app/readiness': alive && !this.#failed,
    };
  }

  get #renewsAt() {
    const { flags } = this;
    return this.#until - (flags.milliseconds('renew-deadline') - flags.milliseconds('retry-period')) / 10;
  }

  async #campaign() {
    if (this.term > 0 && uptime() < this.#renewsAt) return;
    const sent = uptime();
    try {
      this.#lead((await this.candidate.turn()) ?? 0, sent);
    } catch (error) {
      console.log(error.message);
      if (uptime() > this.#until) this.term = 0;
    }
  }

  #lead(term, sent) {
    if (term !== this.term) console.log(term > 0 ? `leads with term ${term}` : 'stands by');
    this.term = term;
    if (term === 0) return;
    this.#until = sent + this.flags.milliseconds('renew-deadline') / 10;
    this.gate.allow(this.#until, term);
    // Nobody takes the bells of a gate that runs out of the pipe.
    if (!this.gate.isRunning) this.gate.ring();
  }

  #onGate(word) {
    if (this.term > 0 && uptime() < this.#until) {
      this.gate.allow(this.#until, this.term);
      if (word === 'waiting') this.gate.ring();
    }
    if (word === 'running') this.#startedAt = uptime();
    if (word === 'exited') this.#failed = !this.#answered;
    if (word !== 'running') this.#answered = false;
  }

  async #check() {
    if (this.term === 0 || !this.gate.isRunning) return;
    const answers = await isGood(this.flags.one('app-check'));
    if (!answers || this.#answered) {
      this.#answered &&= answers;
      return;
    }
    try {
      await routeHere(this.flags, this.term);
      this.#answered = true;
      this.#failed = false;
    } catch (error) {
      // Tried again at the next check.
      console.log(error.message);
    }
  }
}

function isGood(url) {
  return new Promise((resolve) => {
    const asked = get(url, { timeout: 1000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode < 300);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
  });
}
