/** The members of a MetaService on a cluster: which one is the master, and what runs in them. */
import { exec, get, list } from '../kubectl';
import type { Pod } from '../objects';
import { readyPods } from '../pods';
import { eventually } from '../wait';

export const SERVICE = 'service-cluster-ip-memcache';

/** Of all members. */
export const MEMBERS_LABEL = 'app=meta-service';

const START_LIMIT_MS = 120_000;

export function metaPods(namespace: string, count = 2): Promise<readonly Pod[]> {
  return readyPods(namespace, MEMBERS_LABEL, count);
}

/** The name of the one member that is labelled master and, if a slice routes, where the Service leads. */
export async function master(namespace: string, routing: 'slice' | 'label' = 'slice'): Promise<string> {
  const [name = ''] = await eventually('one member is the master', {
    look: async () => {
      const labelled = (await list('pod', namespace, 'role=master')).map(({ metadata }) => metadata.name);
      return routing === 'slice' ? [...labelled, await routed(namespace)] : labelled;
    },
    until: ([first, ...others]) =>
      first !== undefined &&
      others.length === (routing === 'slice' ? 1 : 0) &&
      others.every((other) => other === first),
  });
  return name;
}

/** The pod behind the runtime's EndpointSlice. */
async function routed(namespace: string): Promise<string> {
  const { endpoints } = await get('endpointslice', `${SERVICE}-leader`, namespace);
  return endpoints.map(({ targetRef }) => targetRef?.name).join(' and ');
}

/** The other member, once it is the master. */
export async function successorOf(namespace: string, first: string): Promise<string> {
  return eventually(`another member than ${first} is the master`, {
    look: () => master(namespace),
    until: (name) => name !== first,
    limitMs: START_LIMIT_MS,
  });
}

/** What a script prints in a member's container. */
export function inMember(namespace: string, pod: string, script: string): Promise<string> {
  return exec({ namespace, pod, container: 'meta-service' }, 'sh', '-c', script);
}

/** Kills MetaService itself, as a fault of its own would. */
export async function killProgram(namespace: string, pod: string): Promise<void> {
  // The kernel keeps fifteen letters of a name.
  const script = `for p in /proc/[0-9]*; do read -r name <$p/comm && case $name in mmc_meta_servic*) kill -KILL "\${p#/proc/}" && echo killed;; esac; done 2>/dev/null; true`;
  const said = await inMember(namespace, pod, script);
  if (!said.includes('killed')) throw new Error(`${pod} runs no MetaService`);
}
