/** Annotations that tell Argo CD in which order to apply, and what it must never delete. kubectl ignores them. */

const SYNC_WAVE = 'argocd.argoproj.io/sync-wave';
const SYNC_OPTIONS = 'argocd.argoproj.io/sync-options';

/** Argo CD applies a wave when everything in the earlier ones is healthy. */
export const Wave = {
  /** Accounts, permissions, configuration and Services. */
  configuration: { [SYNC_WAVE]: '-1' },

  /** Pods that hold or serve data. */
  data: { [SYNC_WAVE]: '0' },

  /** Pods that need the data pods to answer. */
  clients: { [SYNC_WAVE]: '1' },
} as const;

/** For what holds state: it stays when it leaves Git, and when the Application is deleted. */
export const NEVER_PRUNED = { [SYNC_OPTIONS]: 'Prune=false,Delete=false' } as const;
