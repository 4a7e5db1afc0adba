/** Access to the Ascend NPUs of a node: its devices and software mounted, or handed out by the device plugin. */
import { type Problem, inProps, refuse, unless } from '../../kube/problems';
import { countProblems, pathProblems } from '../../kube/values';
import type { ResourceList } from '../../workload/container';
import type { Env } from '../../workload/env';
import { type Mount, PodVolume } from '../../workload/volume';

export interface HostDevicesProps {
  /** NPUs of the node, all of which are mounted: `/dev/davinci0` to `/dev/davinci(count - 1)`. 1 to 64. */
  readonly count: number;

  /** Folder of driver, firmware and toolkit on the node. @default '/usr/local/Ascend' */
  readonly ascend?: string;

  /** @default '/usr/local/bin/npu-smi' */
  readonly npuSmi?: string;
}

export interface DevicePluginProps {
  /** Resource name that the device plugin offers: `huawei.com/Ascend910`. */
  readonly resource: string;

  /** NPUs for each pod, at least 1. */
  readonly count: number;
}

const MOST_DEVICES = 64;
const DEFAULT_ASCEND = '/usr/local/Ascend';
const RESOURCE_NAME = /^(?=.{1,253}\/)[a-z0-9][-a-z0-9.]*\/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const SHARED_DEVICES = {
  'davinci-manager': 'davinci_manager',
  'devmm-svm': 'devmm_svm',
  'hisi-hdc': 'hisi_hdc',
};

/**
 * With host devices the pods see all NPUs of their node, need the Pod Security level `privileged`, and, to open a
 * device, a privileged container: a mounted device is not yet an allowed one. With the device plugin they need neither.
 */
export class AscendNpu {
  /** Mounts the node's devices and software. The pod does not start where one is missing, and its events say which. */
  static hostDevices(props: HostDevicesProps): AscendNpu {
    const { count, ascend = DEFAULT_ASCEND, npuSmi = '/usr/local/bin/npu-smi' } = props;
    const isCount = Number.isInteger(count) && count >= 1 && count <= MOST_DEVICES;
    const rule = `this is a whole number from 1 to ${MOST_DEVICES}`;
    const problems = inProps({
      count: unless(isCount, count, rule, 'set for example 8'),
      ascend: pathProblems(ascend),
      npuSmi: pathProblems(npuSmi),
    });
    refuse('AscendNpu.hostDevices', problems);
    const mounts = [...deviceMounts(count), ...softwareMounts(ascend, npuSmi)];
    return new AscendNpu('host', mounts, {}, ascend === DEFAULT_ASCEND ? {} : { ASCEND_HOME: ascend });
  }

  /** Asks the scheduler for NPUs; the device plugin brings devices and driver into the container. */
  static devicePlugin({ resource, count }: DevicePluginProps): AscendNpu {
    const problems = inProps({ resource: resourceNameProblems(resource), count: countProblems(count, 1) });
    refuse('AscendNpu.devicePlugin', problems);
    return new AscendNpu('plugin', [], { [resource]: String(count) }, {});
  }

  private constructor(
    /** Where the devices come from. */
    readonly source: 'host' | 'plugin',
    readonly mounts: readonly Mount[],
    /** Request and limit; Kubernetes wants them equal. */
    readonly resources: ResourceList,
    /** Tells `with-ascend.sh` where the toolkit is. */
    readonly env: Env,
  ) {}
}

function deviceMounts(count: number): Mount[] {
  const numbered = Array.from(
    { length: count },
    (_, index) => [`davinci${index}`, `davinci${index}`] as const,
  );
  return [...numbered, ...Object.entries(SHARED_DEVICES)].map(([name, device]) => ({
    volume: PodVolume.hostPath(name, `/dev/${device}`, 'CharDevice'),
    path: `/dev/${device}`,
  }));
}

/** Driver and firmware are mounted by themselves too: on the node they may be mounts or links of their own. */
function softwareMounts(ascend: string, npuSmi: string): Mount[] {
  const folders = { ascend, 'ascend-driver': `${ascend}/driver`, 'ascend-firmware': `${ascend}/firmware` };
  return [
    ...Object.entries(folders).map(([name, path]) => ({
      volume: PodVolume.hostPath(name, path, 'Directory'),
      path,
      readOnly: true,
    })),
    { volume: PodVolume.hostPath('npu-smi', npuSmi, 'File'), path: npuSmi, readOnly: true },
  ];
}

/** Problems of the name of a device plugin's resource. */
export function resourceNameProblems(name: string): Problem[] {
  return unless(
    RESOURCE_NAME.test(name),
    name,
    "a device plugin's resource is DOMAIN/NAME",
    "look at 'kubectl describe node' for what the plugin offers",
  );
}
