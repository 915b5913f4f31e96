#include "protocol/frame.h"

#include <gtest/gtest.h>

#include "sample_messages.h"

namespace headsweep::protocol {
namespace {

std::vector<std::byte> length_prefix(std::uint32_t length) {
  std::vector<std::byte> bytes;
  for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<std::byte>(length >> (8 * i) & 0xff));
  return bytes;
}

TEST(Frame, IsLittleEndianLengthAndMessage) {
  const Message message = TrialStopped{5, 6};
  std::vector<std::byte> expected = length_prefix(static_cast<std::uint32_t>(encode(message).size()));
  append_encoded(expected, message);
  EXPECT_EQ(to_frame(message), expected);
}

TEST(FrameReader, CutsAStreamThatArrivesInAnyPieces) {
  std::vector<std::byte> stream;
  for (const Message& message : sample_messages()) {
    const std::vector<std::byte> frame = to_frame(message);
    stream.insert(stream.end(), frame.begin(), frame.end());
  }
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{1000}, stream.size()}) {
    FrameReader reader;
    std::vector<std::byte> back;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.append(std::span(stream).subspan(at, std::min(piece, stream.size() - at)));
      while (const auto message = reader.next()) {
        const std::vector<std::byte> frame = to_frame(*message);
        back.insert(back.end(), frame.begin(), frame.end());
      }
    }
    EXPECT_EQ(back, stream) << piece;
    EXPECT_FALSE(reader.has_partial());
  }
}

TEST(FrameReader, KnowsThatAStreamWasCutOff) {
  const std::vector<std::byte> frame = to_frame(WorkerHeartbeat{});
  FrameReader reader;
  EXPECT_FALSE(reader.has_partial());
  reader.append(std::span(frame).first(2));
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.has_partial());
  reader.append(std::span(frame).subspan(2, frame.size() - 3));
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.has_partial());
  reader.append(std::span(frame).last(1));
  EXPECT_TRUE(reader.next());
  EXPECT_FALSE(reader.has_partial());
}

TEST(FrameReader, RefusesAnOverLongFrameBeforeItArrives) {
  FrameReader reader;
  reader.append(length_prefix(kMaxFrameBytes));
  EXPECT_FALSE(reader.next());
  FrameReader other;
  other.append(length_prefix(kMaxFrameBytes + 1));
  EXPECT_THROW(other.next(), DecodeError);
}

TEST(FrameReader, RefusesAFrameThatIsNoMessage) {
  FrameReader reader;
  reader.append(length_prefix(0));
  EXPECT_THROW(reader.next(), DecodeError);
  FrameReader other;
  other.append(std::as_bytes(std::span("Segmentation fault (core dumped)")));
  EXPECT_THROW(other.next(), DecodeError);
}

}  // namespace
}  // namespace headsweep::protocol
