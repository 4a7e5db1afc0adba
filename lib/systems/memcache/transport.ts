/** How the clients move data between each other, and what that needs of the node. */
import { type Problem, inProps, refuse, unless } from '../../kube/problems';
import { countProblems } from '../../kube/values';
import type { ResourceList } from '../../workload/container';
import { ContainerSecurity } from '../../workload/security';
import { type Mount, PodVolume } from '../../workload/volume';
import { type AscendNpu, resourceNameProblems } from './ascend-npu';
import type { Protocol } from './protocol';

/** A device plugin's resource that lets a container use an RDMA card without being privileged. */
export interface RdmaResource {
  /** For example `rdma/hca`. */
  readonly name: string;

  /** At least 1. @default 1 */
  readonly count?: number;
}

export interface HostRdmaProps {
  /**
   * Network interface of the RDMA card on the node, whose address other clients are given. Needs `hostNetwork`.
   * @default - the pod's address
   */
  readonly interface?: string;

  /**
   * Hands the card out by a device plugin.
   * @default - none: the container is privileged, to open `/dev/infiniband`
   */
  readonly resource?: RdmaResource;
}

const INTERFACE = /^[A-Za-z0-9._-]{1,15}$/;

type Devices = 'none' | 'rdma' | 'npu';

export class Transport {
  /** TCP over the host's network. Needs nothing of the node; the slowest between nodes. */
  static hostTcp(): Transport {
    return new Transport('host_tcp', 'none');
  }

  /** Memory shared by the clients of one node, through the node's `/dev/shm`. Without HBM. */
  static hostShm(): Transport {
    return new Transport('host_shm', 'none');
  }

  /** RDMA over the host's card. */
  static hostRdma({ interface: networkInterface, resource }: HostRdmaProps = {}): Transport {
    const isName = networkInterface === undefined || INTERFACE.test(networkInterface);
    const rule = 'an interface has a name of up to 15 letters, digits, dots, dashes and underscores';
    const problems = inProps({
      interface: unless(isName, networkInterface, rule, "use the node's name for it, for example 'eth1'"),
      resource: resource === undefined ? [] : rdmaProblems(resource),
    });
    refuse('Transport.hostRdma', problems);
    return new Transport('host_rdma', 'rdma', networkInterface, resource);
  }

  /** RDMA over the host's UB fabric. The container is privileged, to open its devices. */
  static hostUrma(): Transport {
    return new Transport('host_urma', 'rdma');
  }

  /** RDMA between NPUs. Needs `npu`; with host devices the container is privileged. */
  static deviceRdma(): Transport {
    return new Transport('device_rdma', 'npu');
  }

  /** SDMA between NPUs of one machine. Needs `npu`; with host devices the container is privileged. */
  static deviceSdma(): Transport {
    return new Transport('device_sdma', 'npu');
  }

  /** URMA between NPUs. Needs `npu`; with host devices the container is privileged. Not in release 1.1. */
  static deviceUrma(): Transport {
    return new Transport('device_urma', 'npu');
  }

  /** UB over Ethernet between NPUs. Needs `npu`; with host devices the container is privileged. Not in release 1.1. */
  static deviceUboe(): Transport {
    return new Transport('device_uboe', 'npu');
  }

  private constructor(
    readonly protocol: Protocol,
    private readonly devices: Devices,
    /** The node's interface whose address the clients are given. */
    readonly networkInterface?: string,
    private readonly resource?: RdmaResource,
  ) {}

  /** Whether the clients need NPUs. */
  get needsNpu(): boolean {
    return this.devices === 'npu';
  }

  get resources(): ResourceList {
    return this.resource === undefined ? {} : { [this.resource.name]: String(this.resource.count ?? 1) };
  }

  get mounts(): Mount[] {
    if (this.protocol !== 'host_shm') return [];
    return [{ volume: PodVolume.hostPath('shm', '/dev/shm', 'Directory'), path: '/dev/shm' }];
  }

  /** What the client's container must be allowed; undefined when this transport asks for nothing. */
  securityWith(npu: AscendNpu | undefined): ContainerSecurity | undefined {
    if (this.devices === 'rdma' && this.resource !== undefined) {
      // RDMA pins the memory that it registers.
      return ContainerSecurity.root({ capabilities: ['IPC_LOCK'] });
    }
    if (this.devices === 'rdma') {
      return ContainerSecurity.privileged(
        `${this.protocol} opens RDMA devices that no device plugin hands out`,
      );
    }
    if (this.devices === 'npu' && npu?.source === 'host') {
      return ContainerSecurity.privileged(
        `${this.protocol} opens NPU devices that no device plugin hands out`,
      );
    }
    return undefined;
  }
}

function rdmaProblems({ name, count = 1 }: RdmaResource): Problem[] {
  return inProps({ name: resourceNameProblems(name), count: countProblems(count, 1) });
}
