/** The folder in memory in which elector and gate meet. */
import { Size } from 'cdk8s';
import { type Mount, PodVolume } from '../workload/volume';

export const SHARED_FOLDER = '/run/ha';

/** Writable, for the elector. */
export const SHARED_MOUNT: Mount = {
  volume: PodVolume.emptyDir('ha', { medium: 'Memory', sizeLimit: Size.mebibytes(1) }),
  path: SHARED_FOLDER,
};
