/** MemCache's MetaService with standbys: one member serves, and clients reach it at one address. */
import { Construct } from 'constructs';
import { namespaceOf } from '../../kube/namespace';
import { refuse } from '../../kube/problems';
import { LeaderElectedService } from '../../leader/leader-elected-service';
import { metaProblems } from './meta-service-ha-checks';
import { metaGroup } from './meta-service-ha-group';
import type { MetaServiceHAProps } from './meta-service-ha-props';
import { resolveMeta } from './meta-service-ha-resolved';
import type { MemCacheRelease } from './releases';

/**
 * ```ts
 * const memcache = new SystemChart(app, 'memcache', { namespace: 'ns-memcache' });
 * const meta = new MetaServiceHA(memcache, 'meta', {
 *   image: 'registry.example/memcache:1.0.0',
 *   runtimeImage: 'registry.example/cdk8s-ha-runtime:0.1.0',
 * });
 * ```
 */
export class MetaServiceHA extends Construct {
  /** Pods, election and Service. */
  readonly group: LeaderElectedService;

  /** Release of MemCache, which the clients run too. */
  readonly release: MemCacheRelease;

  /** Connections that use TLS, which the clients must use too. */
  readonly tls: Readonly<Record<'meta' | 'configStore', boolean>>;

  /** Whether evicted entries move to SSD, which the clients must be told too. */
  readonly ubsIo: boolean;

  /** Port of the Service that leads to the master. */
  readonly metaPort: number;

  /** Port of the Service that leads to the master's configuration store. */
  readonly configPort: number;

  constructor(scope: Construct, id: string, props: MetaServiceHAProps) {
    super(scope, id);
    const meta = resolveMeta(props);
    const group = metaGroup(meta);
    refuse(this, metaProblems(meta, group, namespaceOf(this)));
    this.metaPort = meta.servicePorts.meta;
    this.configPort = meta.servicePorts.config;
    this.release = meta.release;
    this.tls = { meta: meta.tls.meta !== undefined, configStore: meta.tls.configStore !== undefined };
    this.ubsIo = meta.settings.ubsIo ?? false;
    this.group = new LeaderElectedService(this, 'group', group);
  }

  /** Namespace of the pods; clients live in the same. */
  get namespace(): string {
    return this.group.members.namespace;
  }

  /** DNS name of the Service that leads to the master. */
  get dnsName(): string {
    return this.group.leaderDnsName;
  }
}
