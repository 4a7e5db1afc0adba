/** Tests of the Argo CD Application, and of the annotations by which it orders and keeps things. */
import fc from 'fast-check';
import { ArgoCdApplication, type ArgoCdApplicationProps } from '../../lib';
import { NEVER_PRUNED, Wave } from '../../lib/kube/sync';
import { expectProblem, expectProblemAlone, refusalOf } from '../support/problems';
import { chart, rendered } from '../support/workloads';

const MINIMAL: ArgoCdApplicationProps = {
  name: 'db-production',
  repoUrl: 'https://git.example/platform/db.git',
  path: 'dist/production',
  targetRevision: 'main',
};

function build(props: Partial<ArgoCdApplicationProps>): () => ArgoCdApplication {
  return () => new ArgoCdApplication(chart(), 'argocd', { ...MINIMAL, ...props });
}

function application(props: Partial<ArgoCdApplicationProps>): unknown {
  return rendered((scope) => new ArgoCdApplication(scope, 'argocd', { ...MINIMAL, ...props })).one(
    'Application',
  );
}

const REPOSITORY = /an https, ssh or git@ address without a password/;

describe('the Application', () => {
  it('prunes, heals and applies on the server, and has no finalizer, so that deleting it deletes nothing', () => {
    expect(application({})).toMatchInlineSnapshot(`
      {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {
          "annotations": {
            "argocd.argoproj.io/compare-options": "ServerSideDiff=true",
          },
          "labels": {
            "app.kubernetes.io/managed-by": "cdk8s-ha",
            "app.kubernetes.io/part-of": "system",
          },
          "name": "db-production",
          "namespace": "argocd",
        },
        "spec": {
          "destination": {
            "server": "https://kubernetes.default.svc",
          },
          "project": "default",
          "source": {
            "directory": {
              "include": "*.yaml",
              "recurse": false,
            },
            "path": "dist/production",
            "repoURL": "https://git.example/platform/db.git",
            "targetRevision": "main",
          },
          "syncPolicy": {
            "automated": {
              "prune": true,
              "selfHeal": true,
            },
            "retry": {
              "backoff": {
                "duration": "10s",
                "factor": 2,
                "maxDuration": "3m",
              },
              "limit": 5,
            },
            "syncOptions": [
              "ServerSideApply=true",
              "ApplyOutOfSyncOnly=true",
              "FailOnSharedResource=true",
              "PruneLast=true",
            ],
          },
        },
      }
    `);
  });

  it('goes where it is told', () => {
    expect(
      application({
        argoCdNamespace: 'gitops',
        project: 'data',
        server: 'https://10.0.0.1:6443',
        targetRevision: 'v1',
      }),
    ).toMatchObject({
      metadata: { namespace: 'gitops' },
      spec: {
        project: 'data',
        source: { targetRevision: 'v1' },
        destination: { server: 'https://10.0.0.1:6443' },
      },
    });
  });

  it.each([
    'https://git.example/db.git',
    'http://git.example:8080/db.git',
    'https://team@git.example/_git/db',
    'https://git.example/a@b:c',
    'ssh://git@git.example:2222/db.git',
    'https://[2001:db8::1]:8443/db.git',
    'git@git.example:platform/db.git',
  ])('reads %s', (repoUrl) => {
    expect(application({ repoUrl })).toHaveProperty('spec.source.repoURL', repoUrl);
  });

  it.each([
    ['nothing', '', ''],
    ['a folder', '/srv/git/db.git', '/srv/git/db.git'],
    ['another protocol', 'ftp://git.example/db.git', 'ftp://git.example/db.git'],
    ['an address without a host', 'https://', 'https://'],
    ['an address with a space', 'https://git.example/my db.git', 'https://git.example/my db.git'],
    ['a port that is none', 'https://git.example:http/db.git', 'https://git.example:http/db.git'],
    ['a password', 'https://me:hunter2@git.example/db.git', 'https://…@git.example/db.git'],
    ['a token as password', 'https://:hunter2@git.example/db.git', 'https://…@git.example/db.git'],
    ['a password with a slash', 'https://me:hun/ter2@git.example/db.git', 'https://…@git.example/db.git'],
    ['a password with an @', 'https://me:hun@ter2@git.example/db.git', 'https://…@git.example/db.git'],
    ['a password over ssh', 'ssh://me:hunter2@git.example/db.git', 'ssh://…@git.example/db.git'],
    ['a password, and no protocol', 'me:hunter2@git.example/db.git', '…@git.example/db.git'],
  ])('does not read %s', (_, repoUrl, value) => {
    expectProblemAlone(build({ repoUrl }), {
      property: 'repoUrl',
      value,
      rule: REPOSITORY,
      remedy: /give Argo CD the credentials/,
    });
  });

  it('never shows or renders a password, whatever is in it', () => {
    const password = fc.stringMatching(/^[-/@:a-z0-9?#%$&. ]{0,10}$/).map((text) => `hunter2${text}`);
    const before = fc.constantFrom('https://me:', 'http://:', 'ssh://git:', 'https://a.b:', 'me:');
    fc.assert(
      fc.property(before, password, (start, secret) => {
        const { message } = refusalOf(build({ repoUrl: `${start}${secret}@git.example/db.git` }));
        expect(message).toContain('…@git.example/db.git');
        expect(message).not.toContain('hunter2');
      }),
      { numRuns: 500 },
    );
  });

  it.each<[keyof ArgoCdApplicationProps, string, RegExp]>([
    ['name', 'DB Production', /DNS labels/],
    ['path', '', /relative to the repository/],
    ['path', '/dist', /relative to the repository/],
    ['path', 'dist/../../etc', /relative to the repository/],
    ['targetRevision', '', /a revision is named/],
  ])('refuses the %s %p', (property, value, rule) => {
    expectProblemAlone(build({ [property]: value }), { property, value, rule });
  });

  it('reports all of them at once', () => {
    const wrong = build({ name: '', repoUrl: '', path: '', targetRevision: '' });

    for (const property of ['name', 'repoUrl', 'path', 'targetRevision']) {
      expectProblem(wrong, { property, value: '', rule: /\w/ });
    }
    expect(refusalOf(wrong).message).toMatch(/^system\/argocd: 4 problems\n/);
  });
});

describe('the annotations for Argo CD', () => {
  it('put configuration before data, and data before clients', () => {
    const waves = [Wave.configuration, Wave.data, Wave.clients].map((wave) =>
      Object.values(wave).map(Number),
    );

    expect(waves).toEqual([[-1], [0], [1]]);
  });

  it('keep what holds state', () => {
    expect(NEVER_PRUNED).toEqual({ 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' });
  });
});
