"""Takes the place of MemCache's own leader election: this MetaService leads, for as long as the gate lets it run.

Python imports this by its name at every start, wherever MemCache is installed. Releases whose clients keep copies only
while MemCache's own election is on have it on, and ask these five methods, which ask nobody: the gate has given this
process a term (HA_TERM) and ends it when that is over. A process without a term never leads.
"""
import os
import sys
from types import ModuleType

MODULE = 'memcache_hybrid.meta_service_leader_election'


class MetaServiceLeaderElection:
    """What MemCache calls. The Lease, the pod's labels and the Service are the elector's business."""

    def __init__(self, lease_name, namespace, pod_name, retry_period=3, log_level=1, log_path=''):
        self.pod_name = pod_name

    def update_lease(self, is_renew=False):
        """Whether this member leads."""
        return bool(os.environ.get('HA_TERM'))

    def check_leader_status(self):
        """The name of the member that leads, or 'None'."""
        return self.pod_name if self.update_lease() else 'None'

    def update_pod_to_master(self):
        """The elector labels the pod."""

    def update_pod_to_backup(self):
        """The elector labels the pod."""


module = ModuleType(MODULE)
module.MetaServiceLeaderElection = MetaServiceLeaderElection
sys.modules[MODULE] = module
