/**
 * What members say to each other over HTTP, past the API server: questions for a promise, and the answers to them.
 *
 * Both are signed with a key that only the members of the group have. A question names the group, whom it is for, and a
 * nonce; the answer repeats the nonce, so that none can be used for another question. Nothing is sent unless somebody
 * asks, and an answer that does not come in time is none.
 */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import * as v from 'valibot';
import type { Action, Event, PromiseRequest, Reply } from './election/events';

export const PROMISE_PATH = '/promise';
export const SIGNATURE_HEADER = 'cdk8s-ha-signature';

/** A member whose answer takes longer is asked again before it is of use. */
const TIMEOUT_MS = 1000;

const PROMISED: Reply = 'promised';

/** What is signed says which of the two it is. */
type Kind = 'question' | 'answer';

const Question = v.object({
  group: v.string(),
  to: v.string(),
  nonce: v.string(),
  holder: v.string(),
  acquired: v.string(),
  term: v.number(),
  duration: v.pipe(v.number(), v.minValue(0)),
});

const PeerAnswer = v.object({ nonce: v.string(), from: v.string(), reply: v.string() });

export interface Signed {
  readonly body: string;
  readonly signature: string;
}

export interface PeersOptions {
  /** `NAMESPACE/LEASE`. */
  readonly group: string;

  /** This member's. */
  readonly pod: string;

  /** The names of all pods of the group. */
  readonly members: readonly string[];

  /** DNS name of the Service under which each pod has a name of its own. */
  readonly service: string;

  /** Of each member's HTTP interface. */
  readonly port: number;
  readonly key: string;

  /** Milliseconds of the kernel's uptime. */
  readonly clock: () => number;

  /** Told of a member when what it says is not what it said before: `promised`, a refusal, or why there is no answer. */
  readonly onChange: (peer: string, answer: string) => void;
}

export class Peers {
  /** Called with each promise; and with each question, which is decided by a call of `reply` meanwhile. */
  onEvent: (event: Extract<Event, { type: 'asked' | 'promised' }>) => void = () => undefined;

  private readonly said = new Map<string, string>();

  /** To questions that are being decided. */
  private readonly replies = new Map<number, Reply>();
  private questions = 0;

  constructor(private readonly options: PeersOptions) {}

  /** Asks all others at once. What they promise counts from before they were asked. */
  ask({ request, counted }: Extract<Action, { do: 'ask-peers' }>): void {
    const { members, pod, clock } = this.options;
    const until = clock() + counted;
    for (const to of members.filter((member) => member !== pod)) {
      this.askOne(to, request).then(
        (reply) => {
          this.tell(to, reply);
          if (reply === PROMISED) this.onEvent({ type: 'promised', by: to, term: request.term, until });
        },
        (error: unknown) => this.tell(to, error instanceof Error ? error.message : String(error)),
      );
    }
  }

  /** Decides a question. */
  reply({ id, reply }: Extract<Action, { do: 'reply' }>): void {
    this.replies.set(id, reply);
  }

  /** The answer to another member's question; undefined if it does not come from one, or is not for this one. */
  answer({ body, signature }: Signed): Signed | undefined {
    if (!this.isSigned('question', body, signature)) return undefined;
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Question), body);
    if (!parsed.success) return undefined;
    const { group, to, nonce, ...request } = parsed.output;
    if (group !== this.options.group || to !== this.options.pod) return undefined;
    this.questions += 1;
    const id = this.questions;
    this.onEvent({ type: 'asked', id, request });
    const reply = this.replies.get(id);
    this.replies.delete(id);
    return reply && this.sign('answer', { nonce, from: this.options.pod, reply });
  }

  private tell(peer: string, answer: string): void {
    if (this.said.get(peer) !== answer) this.options.onChange(peer, answer);
    this.said.set(peer, answer);
  }

  private async askOne(to: string, asked: PromiseRequest): Promise<string> {
    const nonce = randomUUID();
    const { group, service, port } = this.options;
    const question = this.sign('question', { group, to, nonce, ...asked });
    const { body, signature } = await post({ host: `${to}.${service}`, port }, question);
    if (!this.isSigned('answer', body, signature)) throw new Error('its answer is not signed with our key');
    const answer = v.parse(v.pipe(v.string(), v.parseJson(), PeerAnswer), body);
    if (answer.nonce !== nonce || answer.from !== to) throw new Error('its answer is for another question');
    return answer.reply;
  }

  private sign(kind: Kind, content: object): Signed {
    const body = JSON.stringify(content);
    return { body, signature: this.signatureOf(kind, body).toString('hex') };
  }

  private isSigned(kind: Kind, body: string, signature: string): boolean {
    const expected = this.signatureOf(kind, body);
    const given = Buffer.from(signature, 'hex');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  private signatureOf(kind: Kind, body: string): Buffer {
    return createHmac('sha256', this.options.key).update(`${kind}\n${body}`).digest();
  }
}

/** Nothing that is signed is longer. */
const LONGEST_BODY = 4096;

/** @throws unless it is answered with 200 in time */
function post(to: { host: string; port: number }, { body, signature }: Signed): Promise<Signed> {
  const headers = { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { ...to, method: 'POST', path: PROMISE_PATH, agent: false, headers, signal },
      (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode ?? 0}`));
        readSigned(answer).then(resolve, reject);
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

/** @throws if it is too long, or ends before it is whole */
export async function readSigned(message: IncomingMessage): Promise<Signed> {
  let body = '';
  message.setEncoding('utf8');
  for await (const chunk of message) {
    body += String(chunk);
    if (body.length > LONGEST_BODY) throw new Error('the message is too long');
  }
  return { body, signature: String(message.headers[SIGNATURE_HEADER] ?? '') };
}
