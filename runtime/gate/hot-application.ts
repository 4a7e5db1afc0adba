/** A hot standby's application over HTTP: its check, and the hooks that promote and demote it. */
import { request } from 'node:http';
import { answers, connectionEnd } from '../app-check';
import type { Hook, HotApplication } from './hot-gate';

const TIMEOUT_MS = 1000;

export interface HttpApplicationOptions {
  readonly check: URL;

  /** They get a POST of `{"term": N}`; without one nothing is to be done. */
  readonly onPromote?: URL;
  readonly onDemote?: URL;
}

export class HttpApplication implements HotApplication {
  constructor(private readonly options: HttpApplicationOptions) {}

  isWell(): Promise<boolean> {
    return answers(this.options.check, TIMEOUT_MS);
  }

  isListening(): Promise<boolean> {
    return answers(new URL(`tcp://${this.options.check.host}`), TIMEOUT_MS);
  }

  ends(limit: number): Promise<boolean> {
    return connectionEnd(this.options.check, limit);
  }

  call(hook: Hook, term: number): Promise<boolean> {
    const url = this.options[hook];
    return url === undefined ? Promise.resolve(true) : post(url, term);
  }
}

function post(url: URL, term: number): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  return new Promise((resolve) => {
    const asked = request(url, { method: 'POST', agent: false, headers, timeout: TIMEOUT_MS }, (answer) => {
      answer.resume();
      resolve(answer.statusCode !== undefined && answer.statusCode < 300);
    });
    asked.once('timeout', () => asked.destroy(new Error('no answer')));
    asked.once('error', () => {
      resolve(false);
    });
    asked.end(JSON.stringify({ term }));
  });
}
