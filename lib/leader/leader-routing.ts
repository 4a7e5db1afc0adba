/** How the leader's Service finds the leader. */

/** The label that tells leader from standby, on the pods. */
export interface RoleLabel {
  /** @default 'role' */
  readonly key?: string;

  /** @default 'master' */
  readonly leader?: string;

  /** @default 'backup' */
  readonly standby?: string;
}

export type LeaderRouting = EndpointSliceRouting | LabelRouting;

export const LeaderRouting = {
  /**
   * The Service has no selector; the runtime writes its one EndpointSlice, with one endpoint, in a single guarded step.
   * Measured from the write to a client's first answer on another node: 22 to 40 ms. Needs the right to write one
   * EndpointSlice, which some clusters forbid.
   */
  endpointSlice(): EndpointSliceRouting {
    return { kind: 'endpoint-slice' };
  },

  /**
   * The Service selects the leader's label, which the runtime takes from one pod and gives to another. Measured the same
   * way: 0.8 to 1.1 s, since kube-proxy applies one change a second and this is two.
   */
  label(): LabelRouting {
    return { kind: 'label' };
  },
} as const;

export interface EndpointSliceRouting {
  readonly kind: 'endpoint-slice';
}

export interface LabelRouting {
  readonly kind: 'label';
}
