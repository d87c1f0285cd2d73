#pragma once
// A real server of another make, for tests: one of the scripts in tests/servers, which picks free ports and a temporary
// folder, tells in JSON where it answers, and takes everything away again when it ends.

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace candid::test {

class ServerProcess {
 public:
  // Returns when the server answers. Throws std::runtime_error when it does not start; the script has said why on
  // stderr.
  explicit ServerProcess(const std::string& name, const std::vector<std::string>& arguments = {});
  // Returns when everything of it is gone.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // A fact that the script told, "url" for one; numbers and booleans as they stand in JSON. Throws std::out_of_range
  // when there is none.
  const std::string& fact(const std::string& name) const { return facts_.at(name); }
  const std::map<std::string, std::string>& facts() const { return facts_; }

 private:
  pid_t script_ = -1;
  int stdin_ = -1;
  int stdout_ = -1;
  std::map<std::string, std::string> facts_;
};

}  // namespace candid::test
