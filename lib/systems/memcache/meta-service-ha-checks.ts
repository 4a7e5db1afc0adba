/** The rules of a `MetaServiceHA`: MemCache's own, and those of its group by the properties that its user wrote. */
import { type Problem, type Renames, inEach, inProps, renamed } from '../../kube/problems';
import { LeaderElectedService } from '../../leader/leader-elected-service';
import type { LeaderElectedServiceProps } from '../../leader/leader-elected-service-props';
import { programSettings } from './meta-service-ha-group';
import type { Meta } from './meta-service-ha-resolved';
import { metaSettingsProblems } from './meta-settings';
import { memcachePortProblems } from './ports';
import { judgedAs, releaseProblems } from './releases';
import { TLS_SETTINGS, tlsProblems } from './tls-secrets';

/** The group's properties that the user sets by others here. */
const NAMES: Renames = {
  // MemCache's rule of ports is stricter.
  'ports.*.port': null,
  'leaderService.ports.*.port': null,
  'probes.*.port': null,
  // They run the image of the program, and their ConfigMap's name begins with the headless Service's.
  'initContainers.*.image': null,
  'sidecars.log.image': null,
  'volumes.files.configMapName': null,
  // Of these only a claim of `logs` is its user's; what is wrong with it is told there.
  'volumes.*': null,
  volumes: 'logs',
  // Of these only the NPUs' are at paths that its user chose.
  mounts: 'npu',
  'leaderService.name': 'leaderServiceName',
  'leaderService.ports': 'servicePorts',
  'standby.startTimeout': 'startTimeout',
  'standby.probes': 'probes',
};

/** All that is wrong with a MetaService and the group that it composes, in this namespace. */
export function metaProblems(meta: Meta, group: LeaderElectedServiceProps, namespace: string): Problem[] {
  const { release, tls, ports, servicePorts } = meta;
  const settings = metaSettingsProblems(programSettings(meta), judgedAs(release));
  return [
    ...inProps({ release: releaseProblems(release) }),
    ...renamed(inProps({ settings }), TLS_SETTINGS),
    ...inProps({
      tls: tlsProblems(tls),
      logs: meta.logs.problems(),
      ports: inEach(ports, memcachePortProblems),
      servicePorts: inEach(servicePorts, memcachePortProblems),
    }),
    ...renamed(LeaderElectedService.problems(group, namespace), NAMES),
  ];
}
