/** What a request that failed means for whoever runs the group, and what mends it. */
import type { Outcome, Trouble } from './outcome';

export interface Diagnosis {
  /** `ApiRefused`: somebody has to mend something. `ApiUnavailable`: it may pass. Undefined: for the log only. */
  readonly reason?: 'ApiRefused' | 'ApiUnavailable';

  /** A sentence: what is so, and the remedy. */
  readonly message: string;
}

/** Said by the API server of what an admission policy or a webhook has refused, whatever the status. */
const DENIED = /denied (?:the )?request|denied by/;

const POLICY = /ValidatingAdmissionPolicy '[^']+'/;

/** Undefined for what is well, and for what an election meets all the time: what is not there, or has changed since. */
export function diagnosisOf(outcome: Outcome): Diagnosis | undefined {
  const { code, says } = outcome;
  if (typeof code === 'string') return TROUBLES[code](outcome);
  if (code < 400) return undefined;
  if (DENIED.test(says)) return refused(outcome, denialOf(says));
  if (code === 401) {
    return refused(
      outcome,
      "the API server does not accept the pod's token: does its ServiceAccount still exist?",
    );
  }
  if (code === 403) return refused(outcome, remedyOf(outcome));
  if (code === 422 && !outcome.isTested) {
    return refused(
      outcome,
      'the API server takes no such object: an admission policy, or what stands there already',
    );
  }
  if (code === 429) return unavailable(outcome, 'the API server has too much to do: see its flow control');
  if (code >= 500)
    return unavailable(outcome, 'the API server, or a proxy before it, is not well: see its log');
  return undefined;
}

const TROUBLES: Readonly<Record<Trouble, (outcome: Outcome) => Diagnosis>> = {
  timeout: (outcome) =>
    unavailable(outcome, 'no answer in time: is the API server, or the way to it, overloaded or cut off?'),
  connection: (outcome) =>
    unavailable(
      outcome,
      'no connection: is the API server there, and does a NetworkPolicy let this pod reach it?',
    ),
  tls: (outcome) =>
    refused(
      outcome,
      "the server's certificate is not one of the cluster's authority (ca.crt of the account)",
    ),
  credentials: (outcome) =>
    refused(outcome, "the account's token or ca.crt cannot be read: is its volume mounted?"),
  budget: (outcome) => ({
    message: `${deedOf(outcome)}: this elector has asked as much as it may in a minute, and waits`,
  }),
};

/** The group's own policies are those that its manifests have now. */
function denialOf(says: string): string {
  const policy = POLICY.exec(says)?.[0];
  return policy === undefined
    ? 'an admission policy or a webhook refuses it: change it there'
    : `${policy} refuses it: apply the group's manifests again, or change it there`;
}

function remedyOf({ verb, resource, namespace }: Outcome): string {
  return `a Role in namespace ${namespace}, bound to the pod's ServiceAccount, has to allow ${verb} on ${resource}`;
}

function refused(outcome: Outcome, remedy: string): Diagnosis {
  return { reason: 'ApiRefused', message: `${deedOf(outcome)}: ${remedy}` };
}

function unavailable(outcome: Outcome, remedy: string): Diagnosis {
  return { reason: 'ApiUnavailable', message: `${deedOf(outcome)}: ${remedy}` };
}

function deedOf({ verb, resource, code }: Outcome): string {
  return `${verb} ${resource} failed (${typeof code === 'number' ? `status ${code}` : code})`;
}
