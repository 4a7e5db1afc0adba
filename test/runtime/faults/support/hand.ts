/** Changes that somebody makes by hand, past the members; each is remembered by the version that it made. */
import type { ApiServer, LiveObject } from '../../../../cluster/api-server';
import { type MemberFacts, ROLE } from '../../../../cluster/processes/elector-command';
import { GROUP_PATHS } from '../../../../runtime/kubernetes/paths';
import type { LeaseEdit } from './faults';
import { identityOf } from './history';

export class Hand {
  /** The versions that it wrote. */
  readonly versions = new Set<number>();

  constructor(
    private readonly api: ApiServer,
    private readonly namespace: string,
    private readonly group: string,
  ) {}

  async lease(edit: LeaseEdit, other: MemberFacts): Promise<void> {
    const path = `${GROUP_PATHS.leases(this.namespace)}/${this.group}`;
    if (edit === 'delete') await this.api.call('DELETE', path);
    else if (edit === 'failsafe') await this.patch(path, { metadata: { annotations: NO_FAILSAFE } });
    else await this.patch(path, { spec: leaseSpec(edit, other) });
  }

  /** Its endpoint becomes that of another member, as an operator would do it: under the same term. */
  async slice(edit: 'delete' | 'other-member', { pod, uid, ip }: MemberFacts): Promise<void> {
    const path = `${GROUP_PATHS.slices(this.namespace)}/${this.group}`;
    const targetRef = { kind: 'Pod', namespace: this.namespace, name: pod, uid };
    if (edit === 'delete') await this.api.call('DELETE', path);
    else await this.patch(path, { endpoints: [{ addresses: [ip], conditions: { ready: true }, targetRef }] });
  }

  async label({ pod }: MemberFacts, value: 'leader' | 'standby'): Promise<void> {
    const labels = { [ROLE.label]: ROLE[value] };
    await this.patch(`${GROUP_PATHS.pods(this.namespace)}/${pod}`, { metadata: { labels } });
  }

  private async patch(path: string, body: object): Promise<void> {
    const reply = await this.api.call('PATCH', path, body);
    if (reply) this.versions.add(versionOf(reply.object));
  }
}

const NO_FAILSAFE = { 'cdk8s-ha/failsafe-members': null, 'cdk8s-ha/failsafe-longest': null };

function leaseSpec(edit: Exclude<LeaseEdit, 'delete' | 'failsafe'>, other: MemberFacts): object {
  switch (edit) {
    case 'empty':
      return { holderIdentity: '' };
    case 'clear':
      return { holderIdentity: '', acquireTime: null };
    case 'apply':
      return { holderIdentity: '', acquireTime: null, renewTime: null };
    case 'stranger':
      return { holderIdentity: 'somebody-else' };
    case 'other-member':
      return { holderIdentity: identityOf(other) };
    default:
      return { leaseDurationSeconds: edit.seconds };
  }
}

function versionOf({ metadata }: LiveObject): number {
  return Number(metadata.resourceVersion);
}
