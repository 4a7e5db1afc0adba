/** The Argo CD Applications that keep clusters at the rendered environments: `kubectl apply -f dist/argocd/`, once. */
import { Chart } from 'cdk8s';
import { ArgoCdApplication } from '../lib';
import type { Environment } from './environment';

export const argoCd: Environment = {
  name: 'argocd',
  build: (app) => {
    const chart = new Chart(app, 'applications');
    new ArgoCdApplication(chart, 'production', {
      name: 'memcache-production',
      repoUrl: 'https://git.example/platform/cdk8s-ha.git',
      path: 'dist/production',
      targetRevision: 'main',
    });
  },
};
