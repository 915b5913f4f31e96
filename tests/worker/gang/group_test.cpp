// Groups whose members are threads of this process, over Gloo.
#include "worker/gang/group.h"

#include <future>
#include <thread>

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "errors/user_error.h"

namespace headsweep::gang {
namespace {

using ::testing::HasSubstr;

Membership membership(std::int64_t member, std::int64_t members, const Deadlines& deadlines = {}) {
  return {.id = 17, .member = member, .members = members, .one_host = true, .deadlines = deadlines};
}

using Part = std::function<void(Group&, std::int64_t member)>;

// Each member runs `part` in a thread of its own; what they throw, in words.
std::vector<std::string> run(std::int64_t members, const Deadlines& deadlines, const Part& part) {
  std::promise<Address> leader;
  const std::shared_future<Address> address = leader.get_future().share();
  const auto member = [&](std::int64_t number) -> std::string {
    try {
      std::unique_ptr<Group> group;
      if (number == 0) {
        group = std::make_unique<Group>(membership(0, members, deadlines), nullptr);
        leader.set_value(group->address());
      } else {
        group = std::make_unique<Group>(membership(number, members, deadlines), address.get(), nullptr);
      }
      part(*group, number);
      return "";
    } catch (const GroupLost& lost) {
      return std::string("lost: ") + lost.what();
    } catch (const UserError& error) {
      return std::string("refused: ") + error.what();
    }
  };
  std::vector<std::future<std::string>> running;
  for (std::int64_t number = 0; number < members; ++number) {
    running.push_back(std::async(std::launch::async, member, number));
  }
  std::vector<std::string> said;
  for (auto& one : running) said.push_back(one.get());
  return said;
}

TEST(Group, AddsUpAndCopiesTheSameBitsEverywhere) {
  std::vector<at::Tensor> sums(3);
  std::vector<at::Tensor> copies(3);
  const auto said = run(3, {}, [&](Group& group, std::int64_t member) {
    group.form("alike");
    const auto place = static_cast<std::size_t>(member);
    const at::Tensor thirds = at::full({1000}, static_cast<double>(member + 1) / 3, at::kFloat);
    const at::Tensor counts = at::full({2}, member, at::kDouble);
    group.add_up({thirds, counts});
    EXPECT_EQ(counts[1].item<double>(), 3);
    sums[place] = thirds;
    copies[place] = at::full({3}, member + 5, at::kLong);
    group.copy_from_leader({copies[place]});
    group.leave();
  });
  EXPECT_THAT(said, ::testing::Each(""));
  EXPECT_NEAR(sums[0][0].item<double>(), 2, 1e-6);
  for (const std::size_t member : {1U, 2U}) {
    EXPECT_TRUE(at::equal(sums[member], sums[0]));
    EXPECT_EQ(copies[member][0].item<std::int64_t>(), 5);
  }
}

TEST(Group, WhoNeverComesIsMissedAtTheDeadline) {
  const auto said = run(2, {.formation = 0.2}, [](Group& group, std::int64_t member) {
    if (member == 0) group.form("alike");
  });
  EXPECT_THAT(said[0], HasSubstr("lost: the other members of the gang are silent for 0.2 s"));
  EXPECT_EQ(said[1], "");
}

TEST(Group, ALateMemberIsMissedAtTheDeadline) {
  std::promise<void> over;
  const std::shared_future<void> end = over.get_future().share();
  const auto said = run(2, {.first = 0.3, .paces = 0}, [&](Group& group, std::int64_t member) {
    group.form("alike");
    if (member == 1) return end.wait();
    const at::Tensor one = at::ones({4});
    try {
      group.add_up({one});
    } catch (const GroupLost&) {
      over.set_value();
      throw;
    }
    over.set_value();
  });
  EXPECT_THAT(said[0], HasSubstr("lost: "));
  EXPECT_EQ(said[1], "");
}

TEST(Group, AMemberThatGoesIsMissedByAll) {
  const auto said = run(3, {}, [](Group& group, std::int64_t member) {
    group.form("alike");
    const at::Tensor one = at::ones({4});
    group.add_up({one});
    if (member != 2) group.add_up({one});
  });
  EXPECT_THAT(said[0], HasSubstr("lost: a member of the gang is lost"));
  EXPECT_THAT(said[1], HasSubstr("lost: a member of the gang is lost"));
  EXPECT_EQ(said[2], "");
}

TEST(Group, MembersThatComputeDifferentlyAreRefused) {
  const auto said = run(2, {.formation = 0.5},
                        [](Group& group, std::int64_t member) { group.form(member == 0 ? "AVX2" : "AVX3"); });
  EXPECT_THAT(said[1], HasSubstr("refused: the workers of one trial must compute alike, but one has AVX2 and "
                                 "another AVX3"));
}

TEST(Group, WhatIsThrownMeanwhileEndsTheWait) {
  struct Enough {};
  Group alone(membership(0, 2), [] { throw Enough{}; });
  EXPECT_THROW(alone.form("alike"), Enough);
}

}  // namespace
}  // namespace headsweep::gang
