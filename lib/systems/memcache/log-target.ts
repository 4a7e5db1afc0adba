/** Where a MetaService's log goes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Size } from 'cdk8s';
import { type Problem, inProps, refuse } from '../../kube/problems';
import { pathProblems } from '../../kube/values';
import type { ClaimTemplate } from '../../workload/claim-template';
import type { ContainerProps } from '../../workload/container';
import { fromField } from '../../workload/env';
import { type Mount, PodVolume } from '../../workload/volume';

/** The program's `log_path`; it appends `logs`. */
export const LOG_FOLDER = '/var/log/memcache';

const LOG_FILE = `${LOG_FOLDER}/logs/mmc-meta.log`;

const FOLLOW_LOG = 'follow-log.sh';

export class LogTarget {
  /**
   * A folder of the node, with one below it for each pod: `PATH/meta-service-pod-0/logs/mmc-meta.log`. Needs the Pod
   * Security level `privileged`, and a user that may write there.
   */
  static hostPath(path = LOG_FOLDER): LogTarget {
    refuse('LogTarget.hostPath', inProps({ path: pathProblems(path) }));
    const volume = PodVolume.hostPath('log', path, 'DirectoryOrCreate');
    return new LogTarget({ volume, path: LOG_FOLDER, subPathExpr: '$(POD_NAME)' }, false);
  }

  /** A claim of each pod. It keeps the pod on nodes that can reach the volume. */
  static claim(template: ClaimTemplate): LogTarget {
    return new LogTarget({ volume: template, path: LOG_FOLDER }, false);
  }

  /**
   * `kubectl logs POD -c log`: a sidecar prints the file as it grows.
   * @param sizeLimit the pod is evicted when its log files hold more; MemCache keeps 50 of 20 MiB unless told otherwise
   */
  static stdout(sizeLimit = Size.gibibytes(2)): LogTarget {
    return new LogTarget({ volume: PodVolume.emptyDir('log', { sizeLimit }), path: LOG_FOLDER }, true);
  }

  private constructor(
    /** For the program's container. */
    readonly mount: Mount,
    private readonly followed: boolean,
  ) {}

  /**
   * All that is wrong with its volume.
   * @internal
   */
  problems(): Problem[] {
    return this.mount.volume.problems();
  }

  /** Environment that the mount refers to. */
  get env(): ContainerProps['env'] {
    return this.mount.subPathExpr === undefined ? {} : { POD_NAME: fromField('metadata.name') };
  }

  /** The scripts that the sidecars run. */
  get files(): Record<string, string> {
    return this.followed ? { [FOLLOW_LOG]: readFileSync(join(__dirname, FOLLOW_LOG), 'utf8') } : {};
  }

  /** Containers that bring the log out of the pod. */
  sidecars(
    base: Pick<ContainerProps, 'image' | 'imagePullPolicy' | 'security'>,
    scripts: Mount,
  ): ContainerProps[] {
    if (!this.followed) return [];
    return [
      {
        ...base,
        name: 'log',
        command: ['/bin/sh', `${scripts.path}/${FOLLOW_LOG}`, LOG_FILE],
        resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
        mounts: [{ ...this.mount, readOnly: true }, scripts],
      },
    ];
  }
}
