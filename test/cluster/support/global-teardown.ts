/** Leaves the cluster as it was. */
import { untilAllGone } from './namespace';

export default untilAllGone;
