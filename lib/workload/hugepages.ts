/** Huge pages for a pod: the resource and the mount together, so that neither is forgotten. */
import { Size } from 'cdk8s';
import { inProps, refuse, unless } from '../kube/problems';
import { quantityOf } from '../kube/quantity';
import type { ResourceList } from './container';
import { type Mount, PodVolume } from './volume';

/**
 * The node must have the pages before its kubelet starts (`vm.nr_hugepages`, then a restart of the kubelet); without
 * them the pod stays pending with `Insufficient hugepages-2Mi`.
 */
export class Hugepages {
  /** Pages of 2 MiB. */
  static of2Mi(amount: Size): Hugepages {
    return new Hugepages('2Mi', amount, Size.mebibytes(2));
  }

  /** Pages of 1 GiB. */
  static of1Gi(amount: Size): Hugepages {
    return new Hugepages('1Gi', amount, Size.gibibytes(1));
  }

  private constructor(
    private readonly pageSize: '2Mi' | '1Gi',
    private readonly amount: Size,
    page: Size,
  ) {
    const [kibibytes, pageKibibytes] = [amount.toKibibytes(), page.toKibibytes()];
    const isWhole = kibibytes > 0 && kibibytes % pageKibibytes === 0;
    const rule = `an amount is whole pages of ${pageSize}, at least one`;
    refuse(
      `Hugepages.of${pageSize}`,
      inProps({ amount: unless(isWhole, `${kibibytes}Ki`, rule, `use a multiple of ${pageSize}`) }),
    );
  }

  /** Request and limit; Kubernetes wants them equal. */
  get resources(): ResourceList {
    return { [`hugepages-${this.pageSize}`]: quantityOf(this.amount) };
  }

  get mount(): Mount {
    const name = `hugepages-${this.pageSize.toLowerCase()}`;
    return {
      volume: PodVolume.emptyDir(name, { pageSize: this.pageSize }),
      path: `/hugepages-${this.pageSize}`,
    };
  }
}
