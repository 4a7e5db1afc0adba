/** The labels of the leader's slices: these, and no other, since some make kube-proxy leave a slice out. */
export function sliceLabels(service: string): Readonly<Record<string, string>> {
  return {
    'kubernetes.io/service-name': service,
    'endpointslice.kubernetes.io/managed-by': 'cdk8s-ha',
  };
}
