"""The Transformer of worker/trainer/model.h in plain eager PyTorch: the independent twin of tests and benchmarks.

Names of the parameters are those of the paper's released checkpoints. Defaults: the paper's model.
"""

import math

import torch
from torch import nn
from torch.nn import functional


class Attention(nn.Module):
    def __init__(self, width, heads, head_width, dropout):
        super().__init__()
        self.heads = heads
        self.W_q = nn.Linear(width, heads * head_width)
        self.W_k = nn.Linear(width, heads * head_width)
        self.W_v = nn.Linear(width, heads * head_width)
        self.out_proj = nn.Linear(heads * head_width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, future):
        batch, length, _ = x.shape

        def split(y):
            return y.view(batch, length, self.heads, -1).transpose(1, 2)

        query, key, value = split(self.W_q(x)), split(self.W_k(x)), split(self.W_v(x))
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
        weights = self.dropout(functional.softmax(scores.masked_fill(future, -math.inf), dim=-1))
        return self.out_proj((weights @ value).transpose(1, 2).reshape(batch, length, -1))


class Layer(nn.Module):
    def __init__(self, width, heads, head_width, mlp_width, dropout):
        super().__init__()
        self.attn = Attention(width, heads, head_width, dropout)
        self.ln1 = nn.RMSNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, mlp_width), nn.ReLU(), nn.Linear(mlp_width, width), nn.Dropout(dropout)
        )
        self.ln2 = nn.RMSNorm(width)

    def forward(self, x, future):
        x = x + self.attn(self.ln1(x), future)
        return x + self.mlp(self.ln2(x))


class Transformer(nn.Module):
    def __init__(
        self, vocabulary=256, length=100, width=64, layers=4, heads=1, head_width=None, mlp_width=128, dropout=0.0
    ):
        super().__init__()
        self.token_emb = nn.Embedding(vocabulary, width)
        self.pos_emb = nn.Embedding(length, width)
        head_width = head_width or width // heads
        self.layers = nn.ModuleList(Layer(width, heads, head_width, mlp_width, dropout) for _ in range(layers))
        self.out_proj = nn.Linear(width, vocabulary)
        self.register_buffer("future", torch.ones(length, length, dtype=torch.bool).triu(1), persistent=False)

    def forward(self, tokens):
        x = self.token_emb(tokens) + self.pos_emb.weight
        for layer in self.layers:
            x = layer(x, self.future)
        return self.out_proj(x)
