/** MemCache's clients, which hold the memory: wired to a MetaService by reference, started once it answers. */
import { Construct } from 'constructs';
import { namespaceOf } from '../../kube/namespace';
import { refuse } from '../../kube/problems';
import { DaemonSet } from '../../workload/daemon-set';
import { StatefulStore } from '../../workload/stateful-store';
import { fleetProblems } from './local-client-fleet-checks';
import { membersOf } from './local-client-fleet-members';
import type { LocalClientFleetProps } from './local-client-fleet-props';
import { resolveFleet } from './local-client-fleet-resolved';

/**
 * ```ts
 * new LocalClientFleet(memcache, 'clients', {
 *   meta, image: 'registry.example/memcache:1.0.0', replicas: 2,
 *   transport: Transport.hostTcp(),
 *   hugepages: Hugepages.of2Mi(Size.gibibytes(2)),
 * });
 * ```
 */
export class LocalClientFleet extends Construct {
  constructor(scope: Construct, id: string, props: LocalClientFleetProps) {
    super(scope, id);
    const fleet = resolveFleet(props);
    const members = membersOf(fleet);
    refuse(this, fleetProblems(fleet, members, namespaceOf(this)));
    if (members.kind === 'StatefulStore') new StatefulStore(this, 'members', members.props);
    else new DaemonSet(this, 'members', members.props);
  }
}
