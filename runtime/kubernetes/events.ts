/**
 * Kubernetes Events about this pod, for `kubectl describe pod` and `kubectl get events`.
 *
 * What happens while the API server cannot be reached is what people want to know afterwards: Events wait until they can be
 * sent, in their order and with the time at which they happened. So many do; of more the oldest are lost.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../backoff';
import type { Api } from './api';
import { GROUP_PATHS } from './paths';

export interface Subject {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  readonly node: string;
}

export interface KubeEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

interface Pending {
  readonly event: KubeEvent;
  readonly first: string;
  readonly last: string;
  readonly count: number;
}

const TIMEOUT_MS = 3000;
const MOST = 30;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** The API server has understood, and will never take it: so it says, or the namespace is going. */
const REFUSALS = [400, 404, 409, 422];

export class Events {
  private readonly pending: Pending[] = [];
  private sending: Promise<void> | undefined;

  constructor(
    private readonly api: Pick<Api, 'call'>,
    private readonly subject: Subject,
    private readonly backoff = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS),
  ) {}

  tell(event: KubeEvent): void {
    const last = new Date().toISOString();
    const same = this.pending.findIndex((one) => isSame(one.event, event));
    const before = this.pending[same];
    if (before) this.pending[same] = { ...before, last, count: before.count + 1 };
    else this.pending.push({ event, first: last, last, count: 1 });
    if (this.pending.length > MOST) this.pending.shift();
    this.sending ??= this.send();
  }

  /** Resolves when all have been sent, or after so many milliseconds. */
  async sent(limit: number): Promise<void> {
    await Promise.race([this.sending, sleep(limit, undefined, { ref: false })]);
  }

  private async send(): Promise<void> {
    for (let next = this.pending.shift(); next; next = this.pending.shift()) {
      if (await this.write(next)) this.backoff.reset();
      else {
        if (this.pending.length < MOST) this.pending.unshift(next);
        await sleep(this.backoff.next(), undefined, { ref: false });
      }
    }
    // At once, and not when somebody hears of the end: what is told in between would wait for the next.
    this.sending = undefined;
  }

  /** Whether it is over and done with. */
  private async write({ event, first, last, count }: Pending): Promise<boolean> {
    const { name, uid, namespace, node } = this.subject;
    const body = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { generateName: `${name}.` },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid },
      ...event,
      source: { component: 'cdk8s-ha', host: node },
      firstTimestamp: first,
      lastTimestamp: last,
      count,
    };
    const call = { method: 'POST', path: GROUP_PATHS.events(namespace), body, timeout: TIMEOUT_MS } as const;
    const status = await this.api.call(call).then(
      (reply) => reply.status,
      () => 0,
    );
    return (status >= 200 && status < 300) || REFUSALS.includes(status);
  }
}

function isSame(one: KubeEvent, other: KubeEvent): boolean {
  return one.reason === other.reason && one.message === other.message && one.type === other.type;
}
