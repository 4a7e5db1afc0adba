/** An Argo CD Application that keeps a cluster at one folder of rendered manifests, and never deletes state. */
import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { Application } from '../../imports/argoproj.io';
import { MANAGER } from '../kube/labels';
import { subdomainProblems } from '../kube/names';
import { type Problem, inProps, refuse, unless } from '../kube/problems';

export interface ArgoCdApplicationProps {
  /** Name of the Application. */
  readonly name: string;

  /** Git repository that holds the rendered manifests, as Argo CD reaches it. */
  readonly repoUrl: string;

  /** Folder in the repository, relative: `dist/production`. Its own files only, none from folders below. */
  readonly path: string;

  /** Branch, tag or commit. */
  readonly targetRevision: string;

  /** Namespace that Argo CD runs in. @default 'argocd' */
  readonly argoCdNamespace?: string;

  /** Argo CD project. @default 'default' */
  readonly project?: string;

  /** API server of the cluster to keep. @default - the cluster that Argo CD runs in */
  readonly server?: string;
}

/**
 * Prunes and self-heals. What holds state carries `Prune=false,Delete=false` itself (lib/kube/sync.ts), and the
 * Application has no finalizer, so that deleting it deletes nothing. Nothing in the manifests is changed at run time, so
 * self-healing has nothing to undo: role labels are on pods, and Lease and EndpointSlice are not in Git.
 *
 * ```ts
 * new ArgoCdApplication(new Chart(app, 'applications'), 'production', {
 *   name: 'memcache-production',
 *   repoUrl: 'https://git.example/platform/cdk8s-ha.git', path: 'dist/production', targetRevision: 'main',
 * });
 * ```
 */
export class ArgoCdApplication extends Construct {
  readonly application: ApiObject;

  constructor(scope: Construct, id: string, props: ArgoCdApplicationProps) {
    super(scope, id);
    refuse(this, applicationProblems(props));
    const { name, repoUrl, path, targetRevision, argoCdNamespace = 'argocd', project = 'default' } = props;
    const { server = 'https://kubernetes.default.svc' } = props;
    this.application = new Application(this, 'application', {
      metadata: {
        name,
        namespace: argoCdNamespace,
        labels: { 'app.kubernetes.io/managed-by': MANAGER },
        // Compares by a dry run of the API server: defaults that it fills into claim templates are then no difference.
        annotations: { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true' },
      },
      spec: {
        project,
        source: { repoUrl, path, targetRevision, directory: { recurse: false, include: '*.yaml' } },
        destination: { server },
        syncPolicy: {
          automated: { prune: true, selfHeal: true },
          syncOptions: [
            'ServerSideApply=true',
            'ApplyOutOfSyncOnly=true',
            'FailOnSharedResource=true',
            // Old configuration goes when no pod of the new revision needs it any more.
            'PruneLast=true',
          ],
          retry: { limit: 5, backoff: { duration: '10s', factor: 2, maxDuration: '3m' } },
        },
      },
    });
  }
}

/** No colon before the host's @: what stood after it would be a password. */
const REPOSITORY =
  /^((https?|ssh):\/\/([^\s/@:]+@)?([^\s/@:[\]]+|\[[0-9a-fA-F:]+\])(:\d+)?(\/\S*)?|git@\S+)$/;

function applicationProblems({ name, repoUrl, path, targetRevision }: ArgoCdApplicationProps): Problem[] {
  return inProps({
    name: subdomainProblems(name),
    repoUrl: unless(
      REPOSITORY.test(repoUrl),
      repoUrl.replace(/^(\w+:\/\/)?.*@/s, '$1…@'),
      'a repository is an https, ssh or git@ address without a password in it',
      'give Argo CD the credentials of the repository',
    ),
    path: unless(
      path !== '' && !path.startsWith('/') && !path.split('/').includes('..'),
      path,
      "a folder is relative to the repository, without '..'",
      'write for example dist/production',
    ),
    targetRevision: unless(
      targetRevision !== '',
      targetRevision,
      'a revision is named',
      "use for example 'main'",
    ),
  });
}
