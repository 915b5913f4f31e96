// While one lives, every file system looks like NFS to this process.
#pragma once

namespace headsweep::results {

class NetworkFileSystem {
 public:
  NetworkFileSystem();
  ~NetworkFileSystem();
  NetworkFileSystem(const NetworkFileSystem&) = delete;
  NetworkFileSystem& operator=(const NetworkFileSystem&) = delete;
};

}  // namespace headsweep::results
