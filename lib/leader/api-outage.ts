/** What a leader does while the API server is away for longer than its deadline: docs/decisions/0008-api-outage.md. */
import { Duration } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';

export type ApiOutage = StopInOutage | AskPeersInOutage;

export interface AskPeersProps {
  /**
   * What the members sign their questions and answers with, at least 16 characters of a random kind: a key of an existing
   * Secret, `fromSecret('SECRET', 'KEY')`. Whoever has it can make two lead.
   */
  readonly key: k8s.EnvVarSource;

  /**
   * The longest that a leader goes on after its last renewal, whole seconds, not less than `leaseDuration` and at
   * most a day. For as long
   * nobody may delete a member by force whose node may still run. A member that is added waits for as much longer when a
   * leader that does not know of it is lost.
   * @default 1 hour
   */
  readonly atMost?: Duration;
}

export const ApiOutage = {
  /** Its application is stopped at the deadline: that nobody else leads cannot be known. */
  stop(): StopInOutage {
    return { kind: 'stop' };
  },

  /**
   * It goes on while every other member, asked at its elector's port, promises to leave the Lease alone. One that is
   * silent, or reaches the API server, stops it at its deadline. Members find each other by the names that the group's
   * headless Service gives them, and a NetworkPolicy has to let them.
   */
  askPeers({ key, atMost = Duration.hours(1) }: AskPeersProps): AskPeersInOutage {
    return { kind: 'ask-peers', key, atMost };
  },
} as const;

export interface StopInOutage {
  readonly kind: 'stop';
}

export interface AskPeersInOutage {
  readonly kind: 'ask-peers';
  readonly key: k8s.EnvVarSource;
  readonly atMost: Duration;
}
