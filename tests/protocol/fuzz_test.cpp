// Mutated frames: whatever arrives either is refused or is a message with exactly those bytes.
#include <random>

#include <gtest/gtest.h>

#include "protocol/frame.h"
#include "sample_messages.h"

namespace headsweep::protocol {
namespace {

constexpr int kFrames = 20'000;

class Mutator {
 public:
  explicit Mutator(const std::vector<Message>& samples) {
    for (const Message& message : samples) frames_.push_back(to_frame(message));
  }

  // A sample frame with up to eight changes.
  std::vector<std::byte> next() {
    std::vector<std::byte> frame = frames_[below(frames_.size())];
    for (std::size_t changes = 1 + below(8); changes > 0 && !frame.empty(); --changes) change(frame);
    return frame;
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(generator_() % bound); }
  std::byte any_byte() { return static_cast<std::byte>(below(256)); }

  void change(std::vector<std::byte>& frame) {
    const std::size_t at = below(frame.size());
    const auto place = frame.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(6)) {
      case 0:
        *place ^= std::byte{1} << below(8);
        break;
      case 1:
        *place = any_byte();
        break;
      case 2:
        frame.insert(place, any_byte());
        break;
      case 3:
        frame.erase(place);
        break;
      case 4:
        frame.resize(at);
        break;
      default: {  // a piece of another message
        const std::vector<std::byte>& other = frames_[below(frames_.size())];
        const std::size_t from = below(other.size());
        const std::size_t size = std::min({other.size() - from, frame.size() - at, std::size_t{16}});
        std::copy_n(other.begin() + static_cast<std::ptrdiff_t>(from), size, place);
      }
    }
  }

  std::mt19937_64 generator_{20'260'101};  // its sequence is fixed by the standard
  std::vector<std::vector<std::byte>> frames_;
};

TEST(Fuzz, MutatedFramesAreRefusedOrReadExactly) {
  Mutator mutator(sample_messages());
  int accepted = 0;
  int refused = 0;
  for (int i = 0; i < kFrames; ++i) {
    const std::vector<std::byte> frame = mutator.next();
    FrameReader reader;
    reader.append(frame);
    std::vector<std::byte> again;
    try {
      while (const auto message = reader.next()) {
        ++accepted;
        const std::vector<std::byte> bytes = to_frame(*message);
        again.insert(again.end(), bytes.begin(), bytes.end());
        ASSERT_LE(again.size(), frame.size());
        ASSERT_TRUE(std::equal(again.begin(), again.end(), frame.begin())) << "frame " << i;
      }
    } catch (const DecodeError&) {
      ++refused;
    }
  }
  // Both outcomes must have been tried, or the mutations are too weak or too strong to mean anything.
  EXPECT_GT(accepted, kFrames / 200);
  EXPECT_GT(refused, kFrames / 10);
}

// The length prefix guards the decoder from most mutations above: here it sees every one.
TEST(Fuzz, MutatedMessagesAreRefusedOrReadExactly) {
  Mutator mutator(sample_messages());
  int accepted = 0;
  for (int i = 0; i < kFrames; ++i) {
    const std::vector<std::byte> frame = mutator.next();
    if (frame.size() < 4) continue;
    const auto message = std::span<const std::byte>(frame).subspan(4);
    try {
      const std::vector<std::byte> again = encode(decode(message));
      ++accepted;
      ASSERT_TRUE(std::equal(again.begin(), again.end(), message.begin(), message.end())) << "message " << i;
    } catch (const DecodeError&) {
    }
  }
  EXPECT_GT(accepted, kFrames / 100);
}

}  // namespace
}  // namespace headsweep::protocol
