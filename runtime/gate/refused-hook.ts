/** What people are told of a hook that the application refuses for long. */
import type { KubeEvent } from '../kubernetes/events';
import type { Hook, Refusal } from './hot-gate';

/** One that takes its time may refuse a promotion for some seconds. */
const LONG_MS = 60_000;

const UNTIL_THEN: Readonly<Record<Hook, string>> = {
  onPromote: 'it does not know that it leads',
  onDemote: 'this member does not stand for election',
};

/** Undefined while it may pass. */
export function refusalEvent({ hook, lasts }: Refusal): KubeEvent | undefined {
  if (lasts < LONG_MS) return undefined;
  const message = `the application does not answer ${hook} with 2xx: until it does, ${UNTIL_THEN[hook]}`;
  return { type: 'Warning', reason: 'HookRefused', message };
}
