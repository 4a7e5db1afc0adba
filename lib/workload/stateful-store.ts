/**
 * A group of pods with stable names and storage of their own: StatefulSet, claims, headless Service, budget and,
 * if wanted, a Service for clients. Every replicated store and every leader-elected group is built on it.
 */
import { type ApiObject, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { Wave } from '../kube/sync';
import { Budget } from './budget';
import { appLabels, instanceLabels } from '../kube/labels';
import { type NewerField, addNewerFields } from '../kube/newer-fields';
import { toPodTemplate } from './pod';
import { Checks } from '../kube/problems';
import { samePorts, toServicePort } from './service';
import { namespaceOf } from '../synthesis/system-chart';
import { type ClaimTemplate, claimsOf } from './claim-template';
import { statefulStoreProblems } from './stateful-store-checks';
import type { StatefulStoreProps } from './stateful-store-props';

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
  /** Name of the StatefulSet. */
  readonly name: string;

  /** Name of the headless Service. */
  readonly serviceName: string;

  readonly namespace: string;

  readonly replicas: number;

  readonly statefulSet: ApiObject;

  private readonly matchLabels: Readonly<Record<string, string>>;
  private readonly clusterDomain: string;
  private readonly firstOrdinal: number;

  constructor(scope: Construct, id: string, props: StatefulStoreProps) {
    super(scope, id);
    const checks = new Checks(this);
    checks.include(statefulStoreProblems(props, selectorOf(props)));
    checks.done();
    const { name, application = name, component = name } = props;
    const labels = {
      ...Chart.of(this).labels,
      ...appLabels({ name: application, instance: name, component }),
    };

    this.name = name;
    this.serviceName = props.serviceName ?? name;
    this.namespace = namespaceOf(this);
    this.replicas = props.replicas;
    this.clusterDomain = props.clusterDomain ?? 'cluster.local';
    this.firstOrdinal = props.firstOrdinal ?? 0;
    this.matchLabels = selectorOf(props);

    this.addServices(props, labels);
    const budget = props.budget ?? Budget.oneAtATime();
    budget.addTo(this, { name, labels, matchLabels: this.selector, replicas: props.replicas });
    this.statefulSet = this.addStatefulSet(props, { ...labels, ...this.matchLabels });
  }

  /** The labels by which the pods are found. */
  get selector(): Record<string, string> {
    return { ...this.matchLabels };
  }

  /** The pods' names, by ordinal. */
  get podNames(): string[] {
    return podNames(this.name, this.replicas, this.firstOrdinal);
  }

  /** The pods' stable DNS names, by ordinal. They resolve in every namespace. */
  get podDnsNames(): string[] {
    return this.podNames.map((pod) => `${pod}.${this.serviceDnsName}`);
  }

  /** DNS name of the headless Service: all members' addresses. */
  get serviceDnsName(): string {
    return `${this.serviceName}.${this.namespace}.svc.${this.clusterDomain}`;
  }

  private addServices(props: StatefulStoreProps, labels: Record<string, string>): void {
    const ports = samePorts(props.ports ?? []);
    new k8s.KubeService(this, 'headless-service', {
      metadata: { name: this.serviceName, labels, annotations: { ...Wave.configuration } },
      spec: {
        clusterIp: 'None',
        selector: this.selector,
        publishNotReadyAddresses: props.publishNotReadyAddresses ?? true,
        ...(ports.length > 0 && { ports: ports.map(toServicePort) }),
      },
    });
    const { clientService } = props;
    if (clientService === undefined) return;
    new k8s.KubeService(this, 'client-service', {
      metadata: {
        name: clientService.name,
        labels,
        annotations: { ...Wave.configuration, ...clientService.annotations },
      },
      spec: {
        type: clientService.type ?? 'ClusterIP',
        selector: this.selector,
        ports: (clientService.ports ?? ports).map(toServicePort),
      },
    });
  }

  private addStatefulSet(props: StatefulStoreProps, labels: Record<string, string>): ApiObject {
    const { spec: template, newerFields } = toPodTemplate(
      { ...props, name: props.containerName ?? props.name },
      { labels, selector: this.selector, replicas: props.replicas },
    );
    const claims = claimsOf(props);
    const statefulSet = new k8s.KubeStatefulSet(this, 'stateful-set', {
      metadata: { name: props.name, labels, annotations: { ...Wave[props.wave ?? 'data'] } },
      spec: {
        serviceName: this.serviceName,
        replicas: props.replicas,
        selector: { matchLabels: this.selector },
        template,
        podManagementPolicy: props.podManagement ?? 'OrderedReady',
        updateStrategy: updateStrategyOf(props),
        minReadySeconds: props.minReady?.toSeconds(),
        revisionHistoryLimit: props.revisionHistoryLimit,
        ...(this.firstOrdinal > 0 && { ordinals: { start: this.firstOrdinal } }),
        ...(claims.length > 0 && {
          volumeClaimTemplates: claims.map((claim) => claim.toKube()),
          persistentVolumeClaimRetentionPolicy: {
            whenDeleted: 'Retain',
            whenScaled: 'Retain',
            ...props.claimRetention,
          },
        }),
      },
    });
    addNewerFields(statefulSet, [...newerFields, ...claimTypes(claims)]);
    return statefulSet;
  }
}

/** The labels by which a store's pods are found. */
export function selectorOf({
  name,
  application = name,
  selector,
}: StatefulStoreProps): Record<string, string> {
  return { ...(selector ?? instanceLabels(application, name)) };
}

/** Names of a StatefulSet's pods, by ordinal. */
export function podNames(statefulSet: string, replicas: number, firstOrdinal = 0): string[] {
  return Array.from({ length: replicas }, (_, index) => `${statefulSet}-${firstOrdinal + index}`);
}

/** Type and version of each template, which the API server fills in and Argo CD would otherwise see as a difference. */
function claimTypes(claims: readonly ClaimTemplate[]): NewerField[] {
  return claims.flatMap((_, index) => [
    { path: `/spec/volumeClaimTemplates/${index}/apiVersion`, value: 'v1' },
    { path: `/spec/volumeClaimTemplates/${index}/kind`, value: 'PersistentVolumeClaim' },
  ]);
}

function updateStrategyOf({ update }: StatefulStoreProps): k8s.StatefulSetUpdateStrategy {
  if (update === 'OnDelete') return { type: 'OnDelete' };
  return { type: 'RollingUpdate', ...(update && { rollingUpdate: { partition: update.partition } }) };
}
