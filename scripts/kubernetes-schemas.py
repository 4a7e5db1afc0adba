"""Writes the Kubernetes schemas that the tests check manifests against, from the package kubernetes-validate.

Usage: kubernetes-schemas.py [WHEEL]    (without WHEEL it is downloaded with pip)
"""

import glob
import json
import os
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "kubernetes-validate"
VERSION = "1.37.0"
LICENCE = "Apache-2.0"
LICENCE_NOTICE = "Apache License, Version 2.0"
RELEASES = ("1.29", "1.37")
OUTPUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "support", "schemas")

KINDS = {
    "admissionregistration.k8s.io/v1": ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
    "apps/v1": ("DaemonSet", "Deployment", "StatefulSet"),
    "autoscaling/v2": ("HorizontalPodAutoscaler",),
    "batch/v1": ("CronJob", "Job"),
    "coordination.k8s.io/v1": ("Lease",),
    "discovery.k8s.io/v1": ("EndpointSlice",),
    "networking.k8s.io/v1": ("Ingress", "NetworkPolicy"),
    "policy/v1": ("PodDisruptionBudget",),
    "rbac.authorization.k8s.io/v1": ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
    "scheduling.k8s.io/v1": ("PriorityClass",),
    "storage.k8s.io/v1": ("StorageClass",),
    "v1": (
        "ConfigMap",
        "Namespace",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "Pod",
        "Secret",
        "Service",
        "ServiceAccount",
    ),
}

# Kinds that a release does not have yet.
NEWER_KINDS = {
    "1.29": {
        "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy",
        "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding",
    },
}

INT32 = {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}

# What stands for a `format` of the source. `title` is how a message names what a pattern asks for.
FORMATS = {
    "byte": {
        "type": "string",
        "title": "base64",
        "pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    },
    # A server writes an unset time as null, so manifests copied from one hold it.
    "date-time": {
        "type": ["string", "null"],
        "title": "a time such as 2030-01-31T12:00:00Z",
        "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$",
    },
    "double": {"type": "number"},
    "int32": INT32,
    # Its bounds are left out: the numbers of JavaScript do not hold them exactly.
    "int64": {"type": "integer"},
}

# Definitions which the source leaves wider than the API server does.
REPLACED = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {
        "type": ["number", "string"],
        "title": "a quantity such as 500m or 10Gi",
        "pattern": r"^[+-]?(\d+(\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$",
    },
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": ["integer", "string"]},
}

ACCESS_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
CLAIM_RETENTION = ("Retain", "Delete")
NODE_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")
NODE_POLICIES = ("Honor", "Ignore")
OPERATIONS = ("*", "CREATE", "UPDATE", "DELETE", "CONNECT")
PREEMPTION = ("Never", "PreemptLowerPriority")
PROTOCOLS = ("TCP", "UDP", "SCTP")
TRAFFIC_POLICIES = ("Cluster", "Local")
VOLUME_MODES = ("Filesystem", "Block")

# The values of fields that the source leaves as plain strings, or lists of strings: DEFINITION.FIELD without the
# prefix `io.k8s.api.`. Where releases differ, by release.
ENUMS = {
    "admissionregistration.v1.MatchResources.matchPolicy": ("Exact", "Equivalent"),
    "admissionregistration.v1.NamedRuleWithOperations.operations": OPERATIONS,
    "admissionregistration.v1.NamedRuleWithOperations.scope": ("*", "Cluster", "Namespaced"),
    "admissionregistration.v1.ParamRef.parameterNotFoundAction": ("Allow", "Deny"),
    "admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec.validationActions": ("Deny", "Warn", "Audit"),
    "admissionregistration.v1.ValidatingAdmissionPolicySpec.failurePolicy": ("Fail", "Ignore"),
    "apps.v1.DaemonSetUpdateStrategy.type": ("RollingUpdate", "OnDelete"),
    "apps.v1.DeploymentStrategy.type": ("RollingUpdate", "Recreate"),
    "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted": CLAIM_RETENTION,
    "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled": CLAIM_RETENTION,
    "apps.v1.StatefulSetSpec.podManagementPolicy": ("OrderedReady", "Parallel"),
    "apps.v1.StatefulSetUpdateStrategy.type": ("RollingUpdate", "OnDelete"),
    "autoscaling.v2.HPAScalingPolicy.type": ("Pods", "Percent"),
    "autoscaling.v2.HPAScalingRules.selectPolicy": ("Max", "Min", "Disabled"),
    "autoscaling.v2.MetricSpec.type": ("ContainerResource", "External", "Object", "Pods", "Resource"),
    "autoscaling.v2.MetricTarget.type": ("Utilization", "Value", "AverageValue"),
    "batch.v1.CronJobSpec.concurrencyPolicy": ("Allow", "Forbid", "Replace"),
    "batch.v1.JobSpec.completionMode": ("NonIndexed", "Indexed"),
    "batch.v1.JobSpec.podReplacementPolicy": ("TerminatingOrFailed", "Failed"),
    "core.v1.AppArmorProfile.type": ("RuntimeDefault", "Localhost", "Unconfined"),
    "core.v1.Container.imagePullPolicy": ("Always", "IfNotPresent", "Never"),
    "core.v1.Container.restartPolicy": {"1.29": ("Always",), "1.37": ("Always", "OnFailure", "Never")},
    "core.v1.Container.terminationMessagePolicy": ("File", "FallbackToLogsOnError"),
    "core.v1.ContainerPort.protocol": PROTOCOLS,
    "core.v1.HTTPGetAction.scheme": ("HTTP", "HTTPS"),
    "core.v1.HostPathVolumeSource.type": (
        "",
        "DirectoryOrCreate",
        "Directory",
        "FileOrCreate",
        "File",
        "Socket",
        "CharDevice",
        "BlockDevice",
    ),
    "core.v1.NodeSelectorRequirement.operator": NODE_OPERATORS,
    "core.v1.PersistentVolumeClaimSpec.accessModes": ACCESS_MODES,
    "core.v1.PersistentVolumeClaimSpec.volumeMode": VOLUME_MODES,
    "core.v1.PersistentVolumeSpec.accessModes": ACCESS_MODES,
    "core.v1.PersistentVolumeSpec.persistentVolumeReclaimPolicy": ("Retain", "Delete", "Recycle"),
    "core.v1.PersistentVolumeSpec.volumeMode": VOLUME_MODES,
    "core.v1.PodSecurityContext.fsGroupChangePolicy": ("OnRootMismatch", "Always"),
    "core.v1.PodSecurityContext.supplementalGroupsPolicy": ("Merge", "Strict"),
    "core.v1.PodSpec.dnsPolicy": ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    "core.v1.PodSpec.preemptionPolicy": PREEMPTION,
    "core.v1.PodSpec.restartPolicy": ("Always", "OnFailure", "Never"),
    "core.v1.SeccompProfile.type": ("RuntimeDefault", "Localhost", "Unconfined"),
    "core.v1.ServicePort.protocol": PROTOCOLS,
    "core.v1.ServiceSpec.externalTrafficPolicy": TRAFFIC_POLICIES,
    "core.v1.ServiceSpec.internalTrafficPolicy": TRAFFIC_POLICIES,
    "core.v1.ServiceSpec.ipFamilies": ("IPv4", "IPv6"),
    "core.v1.ServiceSpec.ipFamilyPolicy": ("SingleStack", "PreferDualStack", "RequireDualStack"),
    "core.v1.ServiceSpec.sessionAffinity": ("ClientIP", "None"),
    "core.v1.ServiceSpec.trafficDistribution": ("PreferClose", "PreferSameZone", "PreferSameNode"),
    "core.v1.ServiceSpec.type": ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
    "core.v1.Toleration.effect": ("NoSchedule", "PreferNoSchedule", "NoExecute"),
    "core.v1.Toleration.operator": {"1.29": ("Exists", "Equal"), "1.37": ("Exists", "Equal", "Lt", "Gt")},
    "core.v1.TopologySpreadConstraint.nodeAffinityPolicy": NODE_POLICIES,
    "core.v1.TopologySpreadConstraint.nodeTaintsPolicy": NODE_POLICIES,
    "core.v1.TopologySpreadConstraint.whenUnsatisfiable": ("DoNotSchedule", "ScheduleAnyway"),
    "core.v1.VolumeMount.mountPropagation": ("None", "HostToContainer", "Bidirectional"),
    "core.v1.VolumeMount.recursiveReadOnly": ("Disabled", "IfPossible", "Enabled"),
    "discovery.v1.EndpointPort.protocol": PROTOCOLS,
    "discovery.v1.EndpointSlice.addressType": ("IPv4", "IPv6", "FQDN"),
    "networking.v1.HTTPIngressPath.pathType": ("Exact", "Prefix", "ImplementationSpecific"),
    "networking.v1.NetworkPolicyPort.protocol": PROTOCOLS,
    "networking.v1.NetworkPolicySpec.policyTypes": ("Ingress", "Egress"),
    "policy.v1.PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy": ("IfHealthyBudget", "AlwaysAllow"),
    "scheduling.v1.PriorityClass.preemptionPolicy": PREEMPTION,
    "storage.v1.StorageClass.reclaimPolicy": ("Retain", "Delete"),
    "storage.v1.StorageClass.volumeBindingMode": ("Immediate", "WaitForFirstConsumer"),
}

KEPT = {"additionalProperties", "enum", "items", "properties", "required", "type"}
LEFT_OUT = {"default", "description", "format"}


def bare(schema):
    """The rules of a schema without prose, closed, and without the nulls that mean a value got lost."""
    if "$ref" in schema:
        return {"$ref": "#/$defs/" + schema["$ref"].rpartition("/")[2]}
    if "format" in schema:
        return FORMATS[schema["format"]]
    unknown = {key for key in schema if not key.startswith("x-")} - KEPT - LEFT_OUT
    if unknown:
        raise SystemExit(f"the source uses {sorted(unknown)}, which this script does not know: handle it in bare()")
    result = {key: value for key, value in schema.items() if key in KEPT}
    if isinstance(result.get("type"), list):
        (result["type"],) = [name for name in result["type"] if name != "null"]
    if "properties" in result:
        result["properties"] = {name: bare(field) for name, field in result["properties"].items()}
        result.setdefault("type", "object")
        result.setdefault("additionalProperties", False)
    for key in ("items", "additionalProperties"):
        if isinstance(result.get(key), dict):
            result[key] = bare(result[key])
    return result


def references(schema):
    """The names of the definitions that a bare schema refers to."""
    if isinstance(schema, list):
        return {name for item in schema for name in references(item)}
    if not isinstance(schema, dict):
        return set()
    if isinstance(schema.get("$ref"), str):
        return {schema["$ref"].rpartition("/")[2]}
    return {name for value in schema.values() for name in references(value)}


def roots(source, release):
    """The definition of each kind, by `APIVERSION KIND`."""
    found = {}
    for name, schema in source.items():
        for known in schema.get("x-kubernetes-group-version-kind", ()):
            api_version = "/".join(filter(None, (known["group"], known["version"])))
            if known["kind"] in KINDS.get(api_version, ()):
                found[f"{api_version} {known['kind']}"] = name
    wanted = {f"{api_version} {kind}" for api_version, kinds in KINDS.items() for kind in kinds}
    missing = wanted - NEWER_KINDS.get(release, set()) - set(found)
    if missing:
        raise SystemExit(f"the source lacks {sorted(missing)}")
    return found


def reachable(source, names):
    """The bare definitions that `names` need, themselves included."""
    found = {}
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = REPLACED[name] if name in REPLACED else bare(source[name])
            waiting.extend(references(found[name]))
    return found


def add_enums(definitions, release):
    """Puts the values of ENUMS into the definitions; tells which entries found their field."""
    used = set()
    for place, values in ENUMS.items():
        name, _, field = place.rpartition(".")
        schema = definitions.get("io.k8s.api." + name, {}).get("properties", {}).get(field)
        if schema is not None:
            schema.get("items", schema)["enum"] = list(values[release] if isinstance(values, dict) else values)
            used.add(place)
    return used


def compact(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def lines(table):
    """A JSON object with one entry a line, so that a renewal shows as a readable difference."""
    return "{\n" + ",\n".join(f"{json.dumps(key)}:{compact(table[key])}" for key in sorted(table)) + "\n}"


def write(release, kinds, definitions):
    origin = {"kubernetes": release, "package": PACKAGE, "version": VERSION, "licence": LICENCE}
    parts = {"source": compact(origin), "kinds": lines(kinds), "$defs": lines(definitions)}
    with open(os.path.join(OUTPUT, f"v{release}.json"), "w", encoding="utf-8", newline="\n") as file:
        file.write("{\n" + ",\n".join(f"{json.dumps(key)}:{text}" for key, text in parts.items()) + "\n}\n")


def convert(wheel):
    with zipfile.ZipFile(wheel) as package:
        folder = f"{PACKAGE.replace('-', '_')}-{VERSION}.dist-info"
        if LICENCE_NOTICE not in package.read(f"{folder}/licenses/LICENSE").decode():
            raise SystemExit(f"the package is no longer under {LICENCE}: look at its licence first")
        used = set()
        for release in RELEASES:
            path = f"kubernetes_validate/kubernetes-json-schema/v{release}.0-local-strict/_definitions.json"
            source = json.loads(package.read(path))["$defs"]
            kinds = roots(source, release)
            definitions = reachable(source, kinds.values())
            used |= add_enums(definitions, release)
            write(release, kinds, definitions)
    if used != set(ENUMS):
        raise SystemExit(f"no release has the fields {sorted(set(ENUMS) - used)}: correct ENUMS")


def main():
    if len(sys.argv) > 1:
        convert(sys.argv[1])
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", folder, f"{PACKAGE}=={VERSION}"]
        subprocess.run(command, check=True)
        (wheel,) = glob.glob(os.path.join(folder, "*.whl"))
        convert(wheel)


if __name__ == "__main__":
    main()
