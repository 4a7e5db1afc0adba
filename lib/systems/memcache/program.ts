/** What MetaService and its clients have in common: paths, scripts, and the container that renders the configuration. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigFiles } from '../../workload/config-files';
import type { ContainerProps } from '../../workload/container';
import { type Env, fromField } from '../../workload/env';
import { type Mount, PodVolume } from '../../workload/volume';

const CONFIG_FOLDER = '/home/meta/config';
/** Where the ConfigMap's files are. */
export const FILES_FOLDER = '/opt/memcache-ha';

const ARCHITECTURES = ['aarch64', 'x86_64'] as const;
const packaged = (folder: string, name: string) =>
  ARCHITECTURES.map((architecture) => `/usr/local/${name}/latest/${architecture}-linux/${folder}`);

/** Where the installers put the program's libraries, on either architecture; wheels find theirs. */
export const LIBRARY_PATH = [
  '/usr/local/python3.11/lib',
  ...packaged('lib64', 'memfabric_hybrid'),
  ...packaged('lib64', 'memcache_hybrid'),
].join(':');

/** Where programs are looked for: the usual places, and where the installers put MemCache's. */
export const PROGRAM_PATH = [
  ...['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
  ...packaged('bin', 'memcache_hybrid'),
].join(':');

const RENDER_CONFIG = 'render-config.sh';
const WITH_ASCEND = 'with-ascend.sh';

/** Values of the tokens that `render-config.sh` replaces in a configuration. */
export const TOKENS = {
  podIp: '@POD_IP@',
  serviceIp: '@SERVICE_IP@',
  interfaceIp: '@INTERFACE_IP@',
} as const;

export interface MemcacheFilesProps {
  /** Name of the ConfigMap, before the hash. */
  readonly configMapName: string;

  /** Name of the configuration file. */
  readonly configFile: string;

  /** Its content, with tokens. */
  readonly template: string;

  /** Scripts beyond the common ones, by file name. */
  readonly scripts: Readonly<Record<string, string>>;
}

/** Templates and scripts of a pod, and how its containers use them. */
export class MemcacheFiles {
  /** The scripts, for any container. */
  readonly scripts: Mount;

  /** The rendered configuration, for the program. */
  readonly config: Mount;

  /** Path of the rendered configuration. */
  readonly configPath: string;

  private readonly rendered = PodVolume.emptyDir('config');
  private readonly configFile: string;

  constructor({ configMapName, configFile, template, scripts }: MemcacheFilesProps) {
    const common = Object.fromEntries([RENDER_CONFIG, WITH_ASCEND].map((file) => [file, script(file)]));
    const files = { [configFile]: template, ...common, ...scripts };
    const volume = new ConfigFiles('files', { configMapName, files });
    this.scripts = { volume, path: FILES_FOLDER, readOnly: true };
    this.config = { volume: this.rendered, path: CONFIG_FOLDER, readOnly: true };
    this.configFile = configFile;
    this.configPath = `${CONFIG_FOLDER}/${configFile}`;
  }

  /** Replaces the tokens by addresses, which are known only when the pod runs: the program takes no names. */
  renderContainer(base: HelperContainer, env: Env): ContainerProps {
    return {
      ...base,
      name: 'render-config',
      command: [
        '/bin/sh',
        `${FILES_FOLDER}/${RENDER_CONFIG}`,
        `${FILES_FOLDER}/${this.configFile}`,
        this.configPath,
      ],
      env: { POD_IP: fromField('status.podIP'), ...env },
      resources: HELPER_RESOURCES,
      mounts: [{ volume: this.rendered, path: CONFIG_FOLDER }, this.scripts],
    };
  }

  /** A script of this ConfigMap as a command. */
  command(file: string, ...args: readonly string[]): string[] {
    return ['/bin/sh', `${FILES_FOLDER}/${file}`, ...args];
  }

  /** The command, in the toolkit's environment. */
  withAscend(command: readonly string[]): string[] {
    return ['/bin/bash', `${FILES_FOLDER}/${WITH_ASCEND}`, ...command];
  }
}

/** Image and rights of the small containers beside the program: its own image, which has a shell. */
export type HelperContainer = Pick<ContainerProps, 'image' | 'imagePullPolicy' | 'security'>;

export const HELPER_RESOURCES = {
  requests: { cpu: '10m', memory: '16Mi' },
  limits: { memory: '64Mi' },
} as const;

/** Content of a script in this folder. */
export function script(file: string): string {
  return readFileSync(join(__dirname, file), 'utf8');
}
