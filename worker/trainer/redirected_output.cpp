#include "worker/trainer/redirected_output.h"

#include <cerrno>
#include <cstdio>
#include <iostream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "worker/trainer/whole_file.h"

namespace headsweep::trainer {
namespace {

pipe::Descriptor copy_of(int number) {
  return pipe::Descriptor(fcntl(number, F_DUPFD_CLOEXEC, 0));
}

void flush_all() {
  std::cout.flush();
  std::cerr.flush();
  std::fflush(nullptr);
}

}  // namespace

RedirectedOutput::RedirectedOutput(const std::filesystem::path& log)
    : stdout_before_(copy_of(STDOUT_FILENO)), stderr_before_(copy_of(STDERR_FILENO)) {
  std::error_code ignored;  // open() says it better
  std::filesystem::create_directory(log.parent_path(), ignored);
  const pipe::Descriptor file(open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (file.number() < 0 && (errno == EACCES || errno == EISDIR) && std::filesystem::exists(log, ignored)) {
    throw UserError("cannot write the log '" + log.string() + "': it is a folder or another user's");
  }
  if (file.number() < 0) {
    throw CannotWrite("cannot write the log '" + log.string() +
                      "': " + std::generic_category().message(errno));
  }
  flush_all();
  dup2(file.number(), STDOUT_FILENO);
  dup2(file.number(), STDERR_FILENO);
}

RedirectedOutput::~RedirectedOutput() {
  flush_all();
  if (stdout_before_.number() >= 0) dup2(stdout_before_.number(), STDOUT_FILENO);
  if (stderr_before_.number() >= 0) dup2(stderr_before_.number(), STDERR_FILENO);
}

}  // namespace headsweep::trainer
