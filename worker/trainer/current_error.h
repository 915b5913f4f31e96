// What is being thrown, for the log and the agent.
#pragma once

#include <string>

namespace headsweep::trainer {

// One line about the exception that is being handled. Call it in a catch block.
std::string current_error();

}  // namespace headsweep::trainer
