/** How clients move data between each other. MemCache: `ock.mmc.local_service.protocol`. */
export type Protocol =
  | 'host_rdma'
  | 'host_urma'
  | 'host_tcp'
  | 'host_shm'
  | 'device_rdma'
  | 'device_sdma'
  | 'device_urma'
  | 'device_uboe';
