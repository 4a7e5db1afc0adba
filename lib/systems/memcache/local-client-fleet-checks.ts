/** The rules of a `LocalClientFleet`: MemCache's own, and those of its workload by the properties that its user wrote. */
import { type Problem, type Renames, inProps, renamed, unless } from '../../kube/problems';
import { wholeSecondsProblems } from '../../kube/values';
import { DaemonSet } from '../../workload/daemon-set';
import { StatefulStore } from '../../workload/stateful-store';
import { type Members, fleetSettingsProblems } from './local-client-fleet-members';
import type { Fleet } from './local-client-fleet-resolved';
import { memcachePortProblems } from './ports';
import { traitsOf } from './releases';
import { TLS_SETTINGS, tlsProblems } from './tls-secrets';

/** The workload's properties that follow from others. */
const NAMES: Renames = {
  'ports.*.port': null,
  'initContainers.*.image': null,
  'volumes.files.configMapName': null,
  // Of these only the NPUs' are at paths that its user chose.
  mounts: 'npu',
};

/** All that is wrong with a fleet and the workload that it composes, in this namespace. */
export function fleetProblems(fleet: Fleet, members: Members, namespace: string): Problem[] {
  const { meta, hcomPort, waitTimeout, tls } = fleet;
  return [
    ...inProps({
      meta: unless(
        namespace === meta.namespace,
        `namespace ${meta.namespace}`,
        `clients live in the namespace of their MetaService; these are in ${namespace}`,
        'put both into one SystemChart',
      ),
    }),
    ...renamed(inProps({ settings: fleetSettingsProblems(fleet) }), TLS_SETTINGS),
    ...inProps({
      tls: tlsProblems(tls),
      hcomPort: memcachePortProblems(hcomPort),
      waitTimeout: wholeSecondsProblems(waitTimeout, 1),
    }),
    ...sameAsMetaProblems(fleet),
    ...transportProblems(fleet),
    ...renamed(workloadProblems(members), NAMES),
  ];
}

function workloadProblems(members: Members): Problem[] {
  return members.kind === 'StatefulStore'
    ? StatefulStore.problems(members.props)
    : DaemonSet.problems(members.props);
}

function sameAsMetaProblems({ meta, tls, settings: { ubsIo = false } }: Fleet): Problem[] {
  const connections = (['meta', 'configStore'] as const).map((connection) => {
    const secured = tls[connection] !== undefined;
    const found = unless(
      secured === meta.tls[connection],
      secured ? 'set' : 'not set',
      `the MetaService ${meta.tls[connection] ? 'takes' : 'refuses'} TLS on this connection`,
      'set it on both or on neither',
    );
    return [connection, found] as const;
  });
  return inProps({
    tls: inProps(Object.fromEntries(connections)),
    settings: inProps({
      ubsIo: unless(
        ubsIo === meta.ubsIo,
        ubsIo,
        `the MetaService has it set to ${String(meta.ubsIo)}`,
        'set it the same on both',
      ),
    }),
  });
}

function transportProblems({ meta, transport, npu, security, hostNetwork = false }: Fleet): Problem[] {
  const { protocol, networkInterface } = transport;
  const { protocols } = traitsOf(meta.release);
  return inProps({
    transport: unless(
      protocols.includes(protocol),
      protocol,
      `MemCache ${meta.release} moves data by ${protocols.join(', ')}`,
      'choose one of them, or a newer release of the MetaService',
    ),
    npu: unless(
      !transport.needsNpu || npu !== undefined,
      npu,
      `${protocol} moves data between NPUs`,
      'set AscendNpu.hostDevices(…) or AscendNpu.devicePlugin(…)',
    ),
    hostNetwork: unless(
      networkInterface === undefined || hostNetwork,
      hostNetwork,
      `the interface ${networkInterface ?? ''} is the node's`,
      'set hostNetwork: true, or leave out the interface',
    ),
    security: unless(
      security === undefined || transport.securityWith(npu) === undefined,
      'set',
      `${protocol} decides what the container may do`,
      'leave it out',
    ),
  });
}
