/*
 * Stands in for the libraries of Ascend's toolkit and driver on a machine without NPUs, so that MemCache's real clients
 * run there. Every function succeeds and does nothing, but for those of memory, which allocate and copy in the host's.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const char *aclrtGetSocName(void) { return "Ascend910B1"; }

static int allocate(void **memory, size_t size) {
  *memory = calloc(1, size);
  return *memory == NULL;
}

int aclrtMalloc(void **memory, size_t size, int policy) { return allocate(memory, size); }
int aclrtMallocHost(void **memory, size_t size) { return allocate(memory, size); }
int halMemAlloc(void **memory, uint64_t size, uint64_t flag) { return allocate(memory, size); }
int halMemAddressReserve(void **memory, size_t size, size_t alignment, void *wanted, uint64_t flag) {
  return allocate(memory, size);
}

int aclrtFree(void *memory) { free(memory); return 0; }
int aclrtFreeHost(void *memory) { free(memory); return 0; }
int halMemFree(void *memory) { free(memory); return 0; }
int halMemAddressFree(void *memory) { free(memory); return 0; }

int aclrtMemcpy(void *to, size_t room, const void *from, size_t count, int kind) {
  memcpy(to, from, count);
  return 0;
}
int aclrtMemcpyAsync(void *to, size_t room, const void *from, size_t count, int kind, void *stream) {
  memcpy(to, from, count);
  return 0;
}
int rtMemcpyAsyncWithoutCheckKind(void *to, uint64_t room, const void *from, uint64_t count, int kind, void *stream) {
  memcpy(to, from, count);
  return 0;
}
int aclrtMemcpyBatch(void **to, size_t *rooms, void **from, size_t *counts, size_t copies) {
  for (size_t copy = 0; copy < copies; copy++) memcpy(to[copy], from[copy], counts[copy]);
  return 0;
}
int aclrtMemcpy2d(char *to, size_t pitch, const char *from, size_t from_pitch, size_t width, size_t height, int kind) {
  for (size_t row = 0; row < height; row++) memcpy(to + row * pitch, from + row * from_pitch, width);
  return 0;
}
int aclrtMemcpy2dAsync(char *to, size_t pitch, const char *from, size_t from_pitch, size_t width, size_t height,
                       int kind, void *stream) {
  return aclrtMemcpy2d(to, pitch, from, from_pitch, width, height, kind);
}
int aclrtMemset(void *memory, size_t room, int value, size_t count) {
  memset(memory, value, count);
  return 0;
}

int rtGetLogicDevIdByUserDevId(int32_t wanted, int32_t *device) { *device = wanted; return 0; }
int aclrtGetLogicDevIdByUserDevId(int32_t wanted, int32_t *device) { *device = wanted; return 0; }

static char handle;
int aclrtCreateStream(void **stream) { *stream = &handle; return 0; }
int aclrtCreateStreamWithConfig(void **stream, uint32_t priority, uint32_t flag) { *stream = &handle; return 0; }

#define SUCCEED(name) int name(void) { return 0; }
SUCCEED(aclCreateTensor) SUCCEED(aclDestroyTensor)
SUCCEED(aclnnShmemSdmaStarsQuery) SUCCEED(aclnnShmemSdmaStarsQueryGetWorkspaceSize)
SUCCEED(aclrtBinaryGetFunction) SUCCEED(aclrtBinaryLoadFromFile) SUCCEED(aclrtCreateNotify)
SUCCEED(aclrtDestroyNotify) SUCCEED(aclrtDestroyStream) SUCCEED(aclrtDeviceEnablePeerAccess)
SUCCEED(aclrtGetCurrentContext) SUCCEED(aclrtGetDevice) SUCCEED(aclrtGetNotifyId)
SUCCEED(aclrtGetPhyDevIdByLogicDevId) SUCCEED(aclrtGetVersion) SUCCEED(aclrtKernelArgsAppend)
SUCCEED(aclrtKernelArgsFinalize) SUCCEED(aclrtKernelArgsInit) SUCCEED(aclrtLaunchKernelWithConfig)
SUCCEED(aclrtSetDevice) SUCCEED(aclrtSetStreamAttribute) SUCCEED(aclrtStreamAbort) SUCCEED(aclrtStreamGetId)
SUCCEED(aclrtSynchronizeStream) SUCCEED(aclrtWaitAndResetNotify) SUCCEED(aclsysGetVersionStr)
SUCCEED(drvMemGetAttribute) SUCCEED(drvNotifyIdAddrOffset)
SUCCEED(halCqReportRecv) SUCCEED(halHostRegister) SUCCEED(halHostUnregister) SUCCEED(halHostUnregisterEx)
SUCCEED(halMemCreate) SUCCEED(halMemExportToShareableHandleV2) SUCCEED(halMemGetAllocationGranularity)
SUCCEED(halMemImportFromShareableHandleV2) SUCCEED(halMemMap) SUCCEED(halMemRelease)
SUCCEED(halMemRetainAllocationHandle) SUCCEED(halMemSetAccess) SUCCEED(halMemShareHandleSetAttribute)
SUCCEED(halMemTransShareableHandle) SUCCEED(halMemUnmap) SUCCEED(halResourceConfig)
SUCCEED(halResourceDetailQuery) SUCCEED(halResourceIdAlloc) SUCCEED(halResourceIdFree)
SUCCEED(halSqCqAllocate) SUCCEED(halSqCqFree) SUCCEED(halSqCqQuery) SUCCEED(halSqTaskSend)
SUCCEED(rtDeviceGetBareTgid) SUCCEED(rtDisableP2P) SUCCEED(rtEnableP2P) SUCCEED(rtGetDevResAddress)
SUCCEED(rtGetDeviceInfo) SUCCEED(rtGetP2PStatus) SUCCEED(rtIpcCloseMemory)
SUCCEED(rtIpcDestroyMemoryName) SUCCEED(rtIpcOpenMemory) SUCCEED(rtIpcSetMemoryName)
SUCCEED(rtSetIpcMemorySuperPodPid) SUCCEED(rtStreamGetCqid) SUCCEED(rtStreamGetSqid)
SUCCEED(HcclCommDestroy) SUCCEED(HcclCommInitClusterInfoMemConfig)
SUCCEED(RaAiQpCreate) SUCCEED(RaDeregisterMr) SUCCEED(RaGetIfaddrs) SUCCEED(RaGetIfnum) SUCCEED(RaGetNotifyBaseAddr)
SUCCEED(RaGetNotifyMrInfo) SUCCEED(RaGetQpStatus) SUCCEED(RaGetSockets) SUCCEED(RaInit) SUCCEED(RaQpConnectAsync)
SUCCEED(RaQpCreate) SUCCEED(RaQpCreateWithAttrs) SUCCEED(RaQpDestroy) SUCCEED(RaRdevGetHandle) SUCCEED(RaRdevInit)
SUCCEED(RaRegisterMr) SUCCEED(RaSendWr) SUCCEED(RaSetQpAttrQos) SUCCEED(RaSocketBatchClose)
SUCCEED(RaSocketBatchConnect) SUCCEED(RaSocketDeinit) SUCCEED(RaSocketInit) SUCCEED(RaSocketListenStart)
SUCCEED(RaSocketListenStop) SUCCEED(RaSocketWhiteListAdd) SUCCEED(RaSocketWhiteListDel)
SUCCEED(RaRdevInitV2) SUCCEED(RaSendWrV2) SUCCEED(RaSocketBatchConnectLegacy) SUCCEED(TsdOpen)
