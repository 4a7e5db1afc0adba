/** Refuses to start without an API server for tests, the built runtime, or the rights to make process namespaces. */
import { existsSync } from 'node:fs';
import { tryKubectl } from '../../../../cluster/kubectl';
import { canContain } from '../../../support/processes';
import { RUNTIME } from './paths';

const HOW_TO = `Set TEST_KUBECONFIG to the kubeconfig of a cluster that may be thrown away. It needs no node. To make one:
  kind create cluster --kubeconfig /tmp/kind.kubeconfig
  k3d cluster create ha && k3d kubeconfig get ha > /tmp/k3d.kubeconfig`;

export default async function setUp(): Promise<void> {
  if ((process.env['TEST_KUBECONFIG'] ?? '') === '') {
    throw new Error(`The fault suite needs an API server, and TEST_KUBECONFIG is not set.\n${HOW_TO}`);
  }
  const { status, stderr } = await tryKubectl(['get', '--raw', '/readyz']);
  if (status !== 0) {
    throw new Error(`The API server of TEST_KUBECONFIG does not answer.\n${stderr}\n${HOW_TO}`);
  }
  if (!existsSync(RUNTIME)) throw new Error(`There is no ${RUNTIME}: npm run build:runtime`);
  if (!canContain) {
    throw new Error('The gates run as the first process of a namespace: run this as root, with unshare.');
  }
}
