/**
 * A group of pods with stable names and storage of their own: StatefulSet, claims, headless Service, budget and,
 * if wanted, a Service for clients. Every replicated store and every leader-elected group is built on it.
 */
import { type ApiObject, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { appLabels } from '../kube/labels';
import { namespaceOf, namespaceProblems } from '../kube/namespace';
import { type NewerField, addNewerFields } from '../kube/newer-fields';
import { type Problem, refuse } from '../kube/problems';
import { Wave } from '../kube/sync';
import type { ClaimTemplate } from './claim-template';
import { mountedOf, toPodTemplate } from './pod';
import { toServicePort } from './service';
import { storeProblems } from './stateful-store-checks';
import type { StatefulStoreProps } from './stateful-store-props';
import { type Store, claimsOf, podNamesOf, resolveStore, serviceDnsNameOf } from './stateful-store-resolved';

/**
 * ```ts
 * const data = new ClaimTemplate('data', { size: Size.gibibytes(10) });
 * new StatefulStore(chart, 'zookeeper', {
 *   name: 'zookeeper', image: 'zookeeper:3.9.3', replicas: 3, quorum: true,
 *   ports: [{ name: 'client', port: 2181 }],
 *   mounts: [{ volume: data, path: '/data' }],
 * });
 * ```
 */
export class StatefulStore extends Construct {
  /** All that is wrong with a store of these props, for what is composed of one. */
  static problems(props: StatefulStoreProps): Problem[] {
    return storeProblems(resolveStore(props));
  }

  /** Name of the StatefulSet. */
  readonly name: string;

  /** Name of the headless Service. */
  readonly serviceName: string;

  readonly namespace: string;

  readonly replicas: number;

  readonly statefulSet: ApiObject;

  private readonly store: Store;

  constructor(scope: Construct, id: string, props: StatefulStoreProps) {
    super(scope, id);
    const store = resolveStore(props);
    this.store = store;
    this.name = store.name;
    this.serviceName = store.serviceName;
    this.namespace = namespaceOf(this);
    this.replicas = store.replicas;
    refuse(this, [...namespaceProblems(this.namespace), ...storeProblems(store)]);
    const { name, application, component, replicas, budget } = store;
    const labels = {
      ...Chart.of(this).labels,
      ...appLabels({ name: application, instance: name, component }),
    };
    for (const volume of mountedOf(store.pod)) volume.addTo?.(this, labels);
    this.addServices(labels);
    budget.addTo(this, { name, labels, matchLabels: this.selector, replicas });
    this.statefulSet = this.addStatefulSet({ ...labels, ...this.selector });
  }

  /** The labels by which the pods are found. */
  get selector(): Record<string, string> {
    return { ...this.store.selector };
  }

  /** The pods' names, by ordinal. */
  get podNames(): string[] {
    return podNamesOf(this.store);
  }

  /** The pods' stable DNS names, by ordinal. They resolve in every namespace. */
  get podDnsNames(): string[] {
    return this.podNames.map((pod) => `${pod}.${this.serviceDnsName}`);
  }

  /** DNS name of the headless Service: all members' addresses. */
  get serviceDnsName(): string {
    return serviceDnsNameOf(this.store, this.namespace);
  }

  private addServices(labels: Record<string, string>): void {
    const { publishNotReadyAddresses, servicePorts, clientService } = this.store;
    new k8s.KubeService(this, 'headless-service', {
      metadata: { name: this.serviceName, labels, annotations: { ...Wave.configuration } },
      spec: {
        clusterIp: 'None',
        selector: this.selector,
        publishNotReadyAddresses,
        ...(servicePorts.length > 0 && { ports: servicePorts.map(toServicePort) }),
      },
    });
    if (clientService === undefined) return;
    const { name, type, ports, annotations } = clientService;
    new k8s.KubeService(this, 'client-service', {
      metadata: { name, labels, annotations: { ...Wave.configuration, ...annotations } },
      spec: { type, selector: this.selector, ports: ports.map(toServicePort) },
    });
  }

  private addStatefulSet(labels: Record<string, string>): ApiObject {
    const { pod, replicas, firstOrdinal, claimRetention, ...store } = this.store;
    const { spec: template, newerFields } = toPodTemplate(pod, { labels, selector: this.selector, replicas });
    const claims = claimsOf(this.store);
    const statefulSet = new k8s.KubeStatefulSet(this, 'stateful-set', {
      metadata: { name: this.name, labels, annotations: { ...Wave[store.wave] } },
      spec: {
        serviceName: this.serviceName,
        replicas,
        selector: { matchLabels: this.selector },
        template,
        podManagementPolicy: store.podManagement,
        updateStrategy: updateStrategyOf(store),
        minReadySeconds: store.minReady?.toSeconds(),
        revisionHistoryLimit: store.revisionHistoryLimit,
        ...(firstOrdinal > 0 && { ordinals: { start: firstOrdinal } }),
        ...(claims.length > 0 && {
          volumeClaimTemplates: claims.map((claim) => claim.toKube()),
          persistentVolumeClaimRetentionPolicy: { ...claimRetention },
        }),
      },
    });
    addNewerFields(statefulSet, [...newerFields, ...claimTypes(claims)]);
    return statefulSet;
  }
}

/** Type and version of each template, which the API server fills in and Argo CD would otherwise see as a difference. */
function claimTypes(claims: readonly ClaimTemplate[]): NewerField[] {
  return claims.flatMap((_, index) => [
    { path: `/spec/volumeClaimTemplates/${index}/apiVersion`, value: 'v1' },
    { path: `/spec/volumeClaimTemplates/${index}/kind`, value: 'PersistentVolumeClaim' },
  ]);
}

function updateStrategyOf({ update }: Pick<Store, 'update'>): k8s.StatefulSetUpdateStrategy {
  if (update === 'OnDelete') return { type: 'OnDelete' };
  return { type: 'RollingUpdate', ...(update && { rollingUpdate: { partition: update.partition } }) };
}
